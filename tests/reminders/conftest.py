"""A house with reminders in it, for each test anew."""

from pathlib import Path

import pytest

from tests.reminders.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Reminders on SQLite with its local mailbox, on a Monday morning in March."""
    return House(tmp_path)
