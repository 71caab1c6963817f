"""Processes that get ready, wait for the word, work, and answer; the clock starts at the word."""

from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

SPAWN = get_context("spawn")
PATIENCE = 300.0

Work = Callable[..., None]
"""Called in the child with its end of a pipe, then with the arguments that were given."""


class Stuck(Exception):
    """A process of the benchmark gave no answer in time, or died."""


class Child:
    """One process of a configuration; leaving the ``with`` block ends it."""

    def __init__(self, work: Work, *arguments: Any):
        self.name = work.__qualname__
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def say(self, word: Any = None) -> None:
        """Send a word to the process."""
        self._pipe.send(word)

    def hear(self) -> Any:
        """Return the next answer of the process."""
        with suppress(EOFError, ConnectionError):
            if self._pipe.poll(PATIENCE):
                return self._pipe.recv()
        raise Stuck(self.name)


def ready(parent: Connection) -> Any:
    """Tell the parent that everything is imported and connected; return its next word."""
    parent.send("ready")
    return parent.recv()
