"""The ground that the servers of one test run stand on: a folder, free ports, one start each."""

import fcntl
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

MEMORY = Path("/dev/shm")
ROOM = 8 * 2**30
"""Bytes; a whole run holds about a tenth of it at a time."""

PREFIX = "attune-tests-"


class Ground:
    """A folder that all workers of one test run share.

    A server is started by whichever worker wants it first; its description lies in the folder as
    JSON for the others. The process that made the ground clears it when the run is over, and a
    run that was itself killed is cleared by the next.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    @classmethod
    def new(cls) -> "Ground":
        """Make ground for a run, after clearing what killed runs left behind."""
        _sweep()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        folder.chmod(0o755)  # servers run as nobody when the tests run as root
        (folder / "owner").write_text(str(os.getpid()))
        return cls(folder)

    def once(self, name: str, start: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what `start` describes, calling it only the first time in this run."""
        note = self.folder / f"{name}.json"
        with self.locked(name):
            if not note.exists():
                note.write_text(json.dumps(start()))
        return dict(json.loads(note.read_text()))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock that only one worker of the run can hold at a time."""
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def began(self, pid: int) -> None:
        """Note a process that has to end with the run."""
        with (self.folder / "pids").open("a") as file:
            file.write(f"{pid} {psutil.Process(pid).create_time()}\n")

    def clear(self) -> None:
        """End every process of the run and remove its folder."""
        for process in list(self._still_running()):
            for relative in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    relative.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _still_running(self) -> Iterator[psutil.Process]:
        notes = self.folder / "pids"
        for line in notes.read_text().splitlines() if notes.exists() else []:
            pid, born = line.split()
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                if process.create_time() == float(born):
                    yield process


def settle_in_memory() -> None:
    """Let all that is written for a moment lie in memory, unless the person who tests says where.

    What tests write is gone after the run, and waiting for a disk would take a third of their time.
    """
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # asked anew by whoever wants a folder next


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    may_run = not found.f_flag & os.ST_NOEXEC
    return may_run and found.f_bavail * found.f_frsize >= ROOM


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Look every 20 ms until `ready` says so; raises TimeoutError naming `what`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took more than {seconds:g} seconds")
        time.sleep(0.02)


def _sweep() -> None:
    """Clear the ground of runs whose own process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder / "owner"
        with suppress(OSError, ValueError):
            if not psutil.pid_exists(int(owner.read_text())):
                Ground(folder).clear()
