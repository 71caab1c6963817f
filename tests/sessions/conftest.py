"""A house for each test: sessions and what it needs around it."""

from collections.abc import Iterator

import pytest

from tests.sessions.house import House, Together
from tests.visitors import Visitor


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    """Sessions with neighbours and a clinic, on a Monday in March."""
    made = House(tmp_path)
    made.register()
    made.settle()
    yield made
    made.close()


@pytest.fixture
def pair(house) -> Together:
    """A relationship of two."""
    return house.relationship("Alder", "Birch")


@pytest.fixture
def clinician(house) -> Visitor:
    """The clinician who treats everyone that a test tells of."""
    return house.visitor()
