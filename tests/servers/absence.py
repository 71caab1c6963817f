"""What to do when a machine lacks something a test needs: skip it, and say what would help."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

STRICT = "NOTHING_SKIPPED"
"""The environment variable under which a missing thing is a failure; the build sets it."""

WAITED_FOR = "SOMEONE_WAITS"
"""The environment variable under which minutes are left to the build; `make test` sets it."""

MARK = "not on this machine:"
"""How every such reason begins, so that the summary can find it."""


class Absent(Exception):
    """Something is not on this machine; `command` is the one command that would bring it."""

    def __init__(self, what: str, command: str):
        super().__init__(f"{MARK} {what}; to have it: {command}")
        self.command = command


def give_up(absent: Absent) -> NoReturn:
    """Skip the running test for want of something, or fail it where nothing may be skipped."""
    if os.environ.get(STRICT):
        pytest.fail(str(absent), pytrace=False)
    pytest.skip(str(absent))


def leave_to_the_build(what: str) -> None:
    """Skip the running test where a person waits for all of them; the build runs it."""
    if os.environ.get(WAITED_FOR) and not os.environ.get(STRICT):
        pytest.skip(f"{MARK} the minutes that {what} takes; to have it: make ci")


def program(
    name: str, *, command: str, also: Sequence[str] = (), folders: Sequence[Path] = ()
) -> Path:
    """Return the path of a program, looking in the given folders before the PATH.

    `also` holds its other names. Raises Absent, naming `command`, when it is nowhere.
    """
    for candidate in (name, *also):
        for folder in folders:
            if os.access(folder / candidate, os.X_OK):
                return folder / candidate
        found = shutil.which(candidate)
        if found:
            return Path(found)
    raise Absent(name, command)
