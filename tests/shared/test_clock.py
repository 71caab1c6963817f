"""The clock tells UTC, and outside production one file moves it for every process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import Clock


def test_it_tells_the_present_in_utc() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert Clock().now().tzinfo is UTC


def test_moving_it_moves_every_clock_on_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "clock-offset"
    Clock(file).move(timedelta(days=3))
    Clock(file).move(timedelta(days=4))

    assert Clock(file).offset() == timedelta(days=7)
    assert Clock(file).now() - datetime.now(UTC) > timedelta(days=6)


def test_in_production_it_cannot_be_moved() -> None:
    with pytest.raises(RuntimeError):
        Clock(None).move(timedelta(days=1))


def test_a_file_that_cannot_be_read_leaves_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "clock-offset"
    file.write_text("yesterday")

    assert Clock(file).offset() == timedelta()
