"""What the stories begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.world import Practice, World, new_practice


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Four services on one origin, on the first of September."""
    made = World(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def practice(world: World) -> Practice:
    """A clinic with an admin and a clinician, both signed in."""
    return new_practice(world)
