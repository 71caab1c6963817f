"""A house with reminders in it, for each test anew."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reminders.house import House


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Return a function that opens a house in this test's folder; all are closed at its end."""
    opened: list[House] = []

    def new(**how: Any) -> House:
        opened.append(House(tmp_path, **how))
        return opened[-1]

    yield new
    for house in opened:
        house.close()


@pytest.fixture
def house(new_house: Callable[..., House]) -> House:
    """Reminders on SQLite with its local mailbox, on a Monday morning in March."""
    return new_house()
