"""What the stories begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import SERVICES
from tests.journeys.world import Practice, World, new_practice


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Four services on one origin, on the first of September; on SQLite unless a story asks."""
    databases = None
    if getattr(request, "param", "sqlite") == "postgres":
        new = request.getfixturevalue("furnished_database")
        databases = {service: new(service) for service in SERVICES}
    made = World(tmp_path, databases=databases)
    yield made
    made.stop()


@pytest.fixture
def practice(world: World) -> Practice:
    """A clinic with an admin and a clinician, both signed in."""
    return new_practice(world)
