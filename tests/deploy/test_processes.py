"""The pages and the worker of one service as processes of their own, as containers run them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy import probe
from tests.servers.ground import free_port

pytestmark = pytest.mark.left_to_the_build("starting processes and ending them in order")

SECONDS = 60.0


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """What the environment says: a folder of its own, everything else as it comes."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
    return {**others, "ATTUNE_DATA_DIR": str(tmp_path / "data"), "TMPDIR": str(tmp_path)}


@pytest.fixture
def start(told: dict[str, str], tmp_path: Path) -> Iterator:
    """Return a function that starts `attune` with these arguments."""
    migrate = [sys.executable, "-m", "deploy", "migrate", "intake"]
    subprocess.run(migrate, env=told, check=True, capture_output=True)
    begun: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "said.log").open("wb") as log:
            command = [sys.executable, "-m", "deploy", *arguments]
            begun.append(subprocess.Popen(command, env=told, stdout=log, stderr=log))
        return begun[-1]

    yield run
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_for(sign) -> None:
    """Return when something can be seen; raises TimeoutError when it cannot."""
    until = time.monotonic() + SECONDS
    while not sign():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


class TestWorker:
    def test_shows_a_pulse_and_ends_in_order(self, start, tmp_path):
        worker = start("worker", "intake")
        wait_for(lambda: probe.main(["worker", "intake"], folder=str(tmp_path)) == 0)

        worker.send_signal(signal.SIGTERM)

        assert worker.wait(SECONDS) == 0
        said = (tmp_path / "said.log").read_text()
        assert '"event": "scoped_by_code_alone"' in said
        assert '"event": "stopped"' in said

    def test_a_pulse_that_has_gone_quiet_is_noticed(self, tmp_path):
        folder = str(tmp_path)
        assert probe.main(["worker", "intake"], folder=folder) == 1

        pulse = tmp_path / "attune-intake.pulse"
        pulse.touch()
        assert probe.main(["worker", "intake"], folder=folder) == 0
        os.utime(pulse, (time.time() - 60, time.time() - 60))
        assert probe.main(["worker", "intake"], folder=folder) == 1


class TestWeb:
    def test_serves_one_service_and_ends_in_order(self, start, tmp_path):
        port = free_port()
        web = start("web", "intake", "--host", "127.0.0.1", "--port", str(port), "--threads", "2")
        address = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            try:
                return httpx.get(f"{address}/intake/health/ready", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        wait_for(answers)
        page = httpx.get(f"{address}/intake/sign-in", headers={"Host": "localhost:8000"})
        web.send_signal(signal.SIGTERM)

        assert "Please sign in" in page.text
        assert web.wait(SECONDS) == 0
        lines = (tmp_path / "said.log").read_text().splitlines()
        assert lines
        assert all(line.startswith("{") for line in lines)
