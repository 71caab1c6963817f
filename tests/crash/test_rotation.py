"""A change of keys is killed at every point, again and again, and the next run finishes it."""

import os
import signal
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.keys import inventory, rotation
from shared.keys.rotation import Depth
from shared.store.rotating import POINTS, Rotating
from tests.shared import vault as stage
from tests.shared.vault import ADA, BO, NEXT_ROOT, ROOT, tell, told, versions

pytestmark = pytest.mark.left_to_the_build("killing whoever changes keys")

ROWS = [UUID(int=nth) for nth in range(1, 12)]


def rotate(folder: Path, hours: int, die_at: str = "", after: int = 1) -> None:
    """Change every key, and be killed the ``after``-th time that a point is reached."""
    vault = stage.in_files(folder, roots=(NEXT_ROOT, ROOT))
    vault.pass_by(hours=hours)
    seen = 0

    def reach(point: str) -> None:
        nonlocal seen
        seen += point == die_at
        if seen == after:
            os.kill(os.getpid(), signal.SIGKILL)

    for _ in Rotating(vault.process(), Depth.ALL, reach=reach).steps():
        pass


def killed(*given: Any) -> bool:
    """Run that in a process of its own, and say whether it was killed."""
    process = get_context("forkserver").Process(target=rotate, args=given)
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
def test_whoever_is_killed_at_any_point_the_next_run_finishes(tmp_path: Path, point: str) -> None:
    vault = stage.in_files(tmp_path)
    vault.process().create_tables()
    for nth, row in enumerate(ROWS):
        tell(vault.stores[0], row, (ADA, BO)[nth % 2], own=nth)
    hours = 1
    if point == "keys.forgotten":  # that is reached by the run after the pause
        rotate(tmp_path, hours)
        hours = 2

    assert killed(tmp_path, hours, point, 1)
    killed(tmp_path, hours, point, 2)
    after = vault.process(NEXT_ROOT)
    while rotation.unfinished(after.keys.store) is not None:
        hours += 1
        rotate(tmp_path, hours)

    assert [told(after, row, "own") for row in ROWS] == list(range(len(ROWS)))
    assert versions(after) == {2}
    assert inventory.number(after.keys.store, inventory.earlier(inventory.DATA)) == 0
    vault.close()
