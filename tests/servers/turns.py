"""Who runs what when two workers share the tests: a file at a time, and the broker's tests alone.

Tests that may kill the broker must not run beside others that use it, so all of them go to one
worker. (`--dist loadgroup` would do that, but with pytest 9.2 xdist 3.8 forgets the groups.)
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.servers.ground import Ground

BROKER = "rabbitmq"


def group_of(item: pytest.Item) -> str:
    """Return what a test must share a worker with: a group it names, the broker, its file."""
    mark = item.get_closest_marker("xdist_group")
    if mark:
        return str(mark.args[0])
    return BROKER if BROKER in getattr(item, "fixturenames", ()) else str(item.path)


def note_groups(ground: Ground, items: list[pytest.Item]) -> None:
    """Leave word of every test's group for the process that deals them out."""
    groups = {item.nodeid: group_of(item) for item in items}
    draft = ground.folder / f"groups-{os.getpid()}"
    draft.write_text(json.dumps(groups))
    draft.rename(_note(ground))


class Turns(LoadScopeScheduling):
    """Deals out the tests group by group, the largest group first."""

    def __init__(self, config: pytest.Config, log: Any, ground: Ground):
        super().__init__(config, log)
        self.ground = ground
        self._groups: dict[str, str] = {}

    def _split_scope(self, nodeid: str) -> str:
        if not self._groups:
            self._groups = json.loads(_note(self.ground).read_text())
        return self._groups[nodeid]


def _note(ground: Ground) -> Path:
    return ground.folder / "groups.json"
