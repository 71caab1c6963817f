"""A server process: started as nobody when the tests are root, ended with its own family only."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.servers.ground import Ground, wait_until

NOBODY = 65534


def as_nobody() -> dict[str, Any]:
    """Return the Popen arguments that leave root behind; none are needed for anybody else."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def given_to_nobody(folder: Path) -> Path:
    """Make a folder and hand it to the account that servers run under."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def launch(
    command: Sequence[str | Path],
    *,
    ground: Ground,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Start a server in a session of its own, its output in `log`, and return its pid."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [str(word) for word in command],
            cwd="/",
            env=dict(environment or os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **as_nobody(),
        )
    ground.began(started.pid)
    started.returncode = 0  # ended by pid, perhaps by another worker: nobody waits for it here
    return started.pid


def wait_for_start(pid: int, answers: Callable[[], bool], *, seconds: float, log: Path) -> None:
    """Wait until a server answers; raises RuntimeError with its last words if it ends instead."""

    def ready() -> bool:
        if not alive(pid):
            raise RuntimeError("\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        return answers()

    wait_until(ready, seconds=seconds, what=f"starting what writes {log.name}")


def alive(pid: int) -> bool:
    """Say whether a process is there and not merely waiting to be collected."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that descend from it; empty when it is gone."""
    with suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    return []


def end(pid: int, number: signal.Signals, *, seconds: float = 60) -> None:
    """Send one process a signal and wait until it and its family are gone.

    Raises TimeoutError when some are still there after `seconds`.
    """
    relatives = family(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    _, left = psutil.wait_procs(relatives, timeout=seconds)
    left = [process for process in left if alive(process.pid)]
    if left:
        raise TimeoutError(f"still running after {seconds:g} seconds: {left}")
