"""What a killed test run leaves behind is cleared by the next one."""

import subprocess

import psutil
import pytest

from tests.servers.ground import PREFIX, Ground, wait_until


@pytest.fixture
def an_ended_process() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def test_servers_of_a_killed_run_are_ended(an_ended_process):
    left_behind = Ground.new()
    server = subprocess.Popen(["sleep", "60"], start_new_session=True)
    left_behind.began(server.pid)
    (left_behind.folder / "owner").write_text(str(an_ended_process))

    Ground.new().clear()

    wait_until(lambda: server.poll() is not None, seconds=5, what="ending the server")
    assert not left_behind.folder.exists()


def test_servers_of_another_run_are_left_alone():
    other = Ground.new()
    server = subprocess.Popen(["sleep", "60"], start_new_session=True)
    other.began(server.pid)

    Ground.new().clear()

    assert psutil.pid_exists(server.pid)
    assert other.folder.name.startswith(PREFIX)
    other.clear()
    server.wait()


def test_a_server_is_started_once_and_described_to_all():
    ground = Ground.new()
    started = []

    def start() -> dict[str, int]:
        started.append("server")
        return {"port": 5}

    described = [Ground(ground.folder).once("server", start) for _ in range(3)]

    assert described == [{"port": 5}] * 3
    assert started == ["server"]
    ground.clear()
