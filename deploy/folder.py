"""The one folder in which Attune keeps everything on a laptop; one process holds it at a time."""

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO, Any, Self, TextIO

from shared.errors import Refusal

LOG_BYTES = 20_000_000


class AlreadyRunning(Refusal):
    """Attune already works in this folder. End it first, or give another with ATTUNE_DATA_DIR."""


class NotOurFolder(Refusal):
    """This folder holds other things than Attune's; nothing was deleted."""


class Folder:
    """Holds the folder while Attune works in it; ``fresh`` empties it first.

    Entering raises AlreadyRunning, or NotOurFolder where emptying would delete other things.
    """

    def __init__(self, path: Path, *, fresh: bool = False):
        self.path = path
        self.log_file = path / "attune.log"
        self._fresh = fresh
        self._lock: IO[Any] | None = None

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (self.path / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise AlreadyRunning(self._where()) from None
        if self._fresh:
            self._empty()
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def note_running(self, port: int) -> None:
        """Leave word of where Attune runs, for the other verbs."""
        said = {"port": port, "pid": os.getpid()}
        (self.path / "running.json").write_text(json.dumps(said))

    def log(self) -> TextIO:
        """Open the log; a long one of earlier days gives way."""
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.path / "attune.earlier.log")
        return self.log_file.open("a", encoding="utf-8", buffering=1)

    def _where(self) -> str:
        try:
            port = json.loads((self.path / "running.json").read_text())["port"]
        except (OSError, ValueError, KeyError):
            return ""
        return (
            f"Attune already runs here: http://localhost:{port}. "
            "End it with Ctrl-C first, or give this one another folder with ATTUNE_DATA_DIR."
        )

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if not _ours(entry):
                raise NotOurFolder(f"{entry} is not Attune's; nothing was deleted.")
        for entry in self.path.iterdir():
            if entry.name != "lock":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _ours(entry: Path) -> bool:
    names = ("intake", "sessions", "reminders", "reports", "seed", "attune", "clock-offset")
    return entry.name in ("keys", "mailbox", "lock", "running.json", "sign-ins.json") or (
        entry.name.startswith(names)
    )
