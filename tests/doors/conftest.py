"""The world behind the doors: built once in a run, copied by whoever changes it."""

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.world import Known, World, build
from tests.servers.absence import leave_to_the_build
from tests.servers.ground import Ground


@pytest.fixture(scope="session")
def built(ground: Ground) -> tuple[Path, Known]:
    """The folder of the world, and what is known of it, for all workers of this run."""
    leave_to_the_build("knocking at every door")
    folder, note = ground.folder / "doors", ground.folder / "doors.known"
    with ground.locked("doors"):
        if not note.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _, known = build(folder)
            note.write_bytes(pickle.dumps(known))
    return folder, pickle.loads(note.read_bytes())


@pytest.fixture
def known(built: tuple[Path, Known]) -> Known:
    """Ids, the time, and the link that is open."""
    return built[1]


@pytest.fixture
def world(built: tuple[Path, Known], tmp_path: Path) -> Iterator[World]:
    """A copy of the world, for one test alone."""
    folder, known = built
    shutil.copytree(folder, tmp_path / "world")
    made = World(tmp_path / "world", known.at)
    yield made
    made.rest()
