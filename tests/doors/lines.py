"""The lines that a log wrote, as objects and as text."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from json import loads
from typing import Any

from shared.logs import configure_logs


class Lines:
    """Everything that was logged since it was made."""

    def __init__(self, written: StringIO):
        self._written = written

    def __call__(self) -> list[dict[str, Any]]:
        """Return each line as an object."""
        return [loads(line) for line in self.text().splitlines()]

    def text(self) -> str:
        """Return all lines as they were written."""
        return self._written.getvalue()


@contextmanager
def listening() -> Iterator[Lines]:
    """Let every record of this process be written here, as the services would write it."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = StringIO()
    configure_logs(level="DEBUG", stream=written)
    try:
        yield Lines(written)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("attune").setLevel(logging.NOTSET)
