"""The only place that asks what time it is.

Outside production one movable offset, kept in a small file that all processes read,
moves the clock for demonstrations and journeys (architecture, section 6).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, time

READ_AGAIN_AFTER = 0.2
"""Seconds for which the offset read last is trusted, so that asking the time stays cheap."""

Now = Callable[[], datetime]


class Clock:
    """Wall time in UTC, moved by an offset in seconds that a file may hold."""

    def __init__(self, offset_file: Path | None = None):
        self._file = offset_file
        self._offset = timedelta()
        self._read_at = float("-inf")

    def now(self) -> datetime:
        """Return the present moment in UTC, offset included."""
        return datetime.fromtimestamp(time(), UTC) + self.offset()

    def offset(self) -> timedelta:
        """Return how far the clock is moved; zero where no file is kept."""
        if self._file is not None and monotonic() - self._read_at > READ_AGAIN_AFTER:
            self._offset = _read(self._file)
            self._read_at = monotonic()
        return self._offset

    def move(self, by: timedelta) -> None:
        """Move the clock of every process that shares the file.

        Raises RuntimeError where the clock may not be moved (production).
        """
        if self._file is None:
            raise RuntimeError("The clock cannot be moved in production.")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        moved = _read(self._file) + by
        half_written = self._file.with_suffix(".new")
        half_written.write_text(str(moved.total_seconds()))
        half_written.replace(self._file)
        self._read_at = float("-inf")


def _read(file: Path) -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta()
