"""The first start, at a terminal of the usual width: a newcomer can read all that they need."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sign_ins import read_sign_ins
from deploy.tour import STOPS
from tests.servers.ground import free_port

pytestmark = pytest.mark.left_to_the_build("starting for the first time")

SECONDS = 90.0
WIDTH = 80
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
BAR = re.compile(r"[^\r\n]*━ +\d+%")


class Terminal:
    """A terminal at which somebody has typed `attune run`, and everything that it showed."""

    def __init__(self, folder: Path):
        self._came = b""
        self._mine, its = pty.openpty()
        termios.tcsetwinsize(its, (24, WIDTH))
        others = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
        told = {**others, "ATTUNE_DATA_DIR": str(folder), "TERM": "xterm", "COLUMNS": str(WIDTH)}
        command = [sys.executable, "-m", "deploy", "run", "--port", str(free_port())]
        self.process = subprocess.Popen(command, env=told, stdin=its, stdout=its, stderr=its)
        os.close(its)

    def read_until(self, words: str) -> None:
        """Read on until some words were shown; raises TimeoutError where they never come."""
        until = time.monotonic() + SECONDS
        while words not in self.shown:
            if not select.select([self._mine], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError(f"{words!r} was not shown, but this: {self.shown}")
            self._came += os.read(self._mine, 65_536)

    @property
    def shown(self) -> str:
        """Everything that was shown, without what only moves and colours it."""
        return CONTROL.sub("", self._came.decode(errors="ignore"))

    def press_ctrl_c(self) -> int:
        """End what runs here; return its exit status."""
        self.process.send_signal(signal.SIGINT)
        self.read_until("Goodbye")
        return self.process.wait(SECONDS)

    def close(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.wait()
        os.close(self._mine)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal at which Attune starts for the first time."""
    made = Terminal(tmp_path / "attune")
    yield made
    made.close()


def test_a_newcomer_can_read_all_of_it_while_the_network_is_still_being_written(terminal, tmp_path):
    terminal.read_until("The password of each is")
    terminal.read_until("Publishing")
    status = terminal.press_ctrl_c()

    people = read_sign_ins(tmp_path / "attune")
    lines = BAR.sub("", terminal.shown).splitlines()
    words = " ".join(" ".join(lines).split())
    assert all(f"{one.name} {one.email}" in words for one in people)
    assert f"The password of each is {people[0].password} " in words
    assert all(" ".join(stop.split("`")[0].split()) in words for stop in sum(STOPS.values(), ()))
    assert max(map(len, lines)) <= WIDTH
    assert status == 0
