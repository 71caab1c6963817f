"""`attune run` is ended by kill -9 in the middle of work: nothing is lost, nothing is doubled."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from tests.journeys.browser import Browser
from tests.journeys.world import OWN_PASSWORD, register
from tests.servers.ground import free_port

pytestmark = pytest.mark.left_to_the_build("cutting the power again and again")

SECONDS = 90.0


class Laptop:
    """Attune as one starts it on a laptop, without the invented network."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.browsers: list[Browser] = []

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://localhost:{self.port}"

    def attune(self, *arguments: str) -> str:
        """Run another verb on the same folder."""
        command = [sys.executable, "-m", "deploy", *arguments]
        done = subprocess.run(command, env=self._told(), capture_output=True, text=True, check=True)
        return done.stdout

    def start(self) -> None:
        """Start it, and return once its pages are ready."""
        command = [sys.executable, "-m", "deploy", "run", "--empty", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self._told(), stdout=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                told = httpx.get(f"{self.address}/front/progress.json", timeout=5).json()
                if told["ready"]:
                    return
            except (httpx.HTTPError, ValueError):
                pass
            time.sleep(0.1)
        raise TimeoutError("Attune did not get ready.")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit status."""
        return self._end(signal.SIGINT)

    def browser(self) -> Browser:
        """Return a browser that nobody has used yet."""
        self.browsers.append(Browser(httpx.HTTPTransport(), self.address))
        return self.browsers[-1]

    def _end(self, number: int) -> int:
        os.kill(self.process.pid, number)
        return self.process.wait(SECONDS)

    def _told(self) -> dict[str, str]:
        others = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
        return {**others, "ATTUNE_DATA_DIR": str(self.folder)}


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop on which Attune runs."""
    made = Laptop(tmp_path / "attune")
    made.start()
    yield made
    for browser in made.browsers:
        browser.close()
    if made.process.poll() is None:
        made.kill()


def clinician_of(laptop: Laptop) -> None:
    """Found a practice with one clinician, who has chosen a password."""
    starting = laptop.attune("begin", "Harbour", "--admin", "boss@harbour.example").split()[-1]
    admin = (
        laptop.browser().open("/").press("Sign in", name="boss@harbour.example", password=starting)
    )
    admin.press("Keep this password", present=starting, password=OWN_PASSWORD)
    admin.open("/intake/setup/clinics/new").press(
        "Register", name="Harbour Street", zone="Europe/Lisbon", sender="Harbour"
    )
    password = register(admin, "clinician", "Mia Castellanos")
    page = (
        laptop.browser()
        .open("/")
        .press("Sign in", name="clinician@harbour.example", password=password)
    )
    page.press("Keep this password", present=password, password=OWN_PASSWORD)


def sign_in(laptop: Laptop) -> Browser:
    """Sign the clinician in."""
    page = laptop.browser().open("/")
    return page.press("Sign in", name="clinician@harbour.example", password=OWN_PASSWORD)


def open_relationships(page: Browser, mark: str, done: list[str], enough: Event) -> None:
    """Open one relationship after the other until the power goes; note which were confirmed."""
    number = 0
    try:
        while not enough.is_set():
            name = f"{mark}n{number}"
            page.open("/intake/relationships").follow("Open").press(
                "Open the relationship", **{"name-1": f"{name}x", "name-2": f"{name}y"}
            )
            if page.status == 200 and f"{name}x" in page.text:
                done.append(name)
            number += 1
    except (httpx.HTTPError, AssertionError):
        return


def listed(seen: str) -> list[str]:
    """Return the relationships that a page shows with both names, as often as it does."""
    return re.findall(r"\b([abc]n\d+)x and \1y No entry yet", seen)


@pytest.mark.timeout(400)
def test_what_was_confirmed_before_a_power_cut_arrives_everywhere_once(laptop):
    clinician_of(laptop)
    confirmed: list[str] = []
    browsers, enough = [sign_in(laptop) for _ in range(3)], Event()
    writers = [
        Thread(target=open_relationships, args=(page, mark, confirmed, enough))
        for page, mark in zip(browsers, "abc", strict=True)
    ]

    # Three browsers work at once, and the power goes twice
    for writer in writers:
        writer.start()
    until = time.monotonic() + SECONDS
    while len(confirmed) < 12 and time.monotonic() < until:
        time.sleep(0.05)
    laptop.kill()
    enough.set()
    for writer in writers:
        writer.join()
    laptop.start()
    laptop.kill()
    laptop.start()

    # Whatever intake has confirmed, sessions knows, each once
    page, counted = sign_in(laptop), listed("")
    until = time.monotonic() + SECONDS
    while not set(confirmed) <= set(counted) and time.monotonic() < until:
        time.sleep(0.3)
        counted = listed(page.open("/sessions/").text)
    assert len(confirmed) >= 12
    assert set(confirmed) <= set(counted)
    assert len(counted) == len(set(counted))
    assert len(counted) <= len(confirmed) + len(writers)


def test_ctrl_c_ends_it_cleanly_and_the_next_start_goes_on(laptop):
    clinician_of(laptop)

    status = laptop.stop()
    laptop.start()

    assert status == 0
    assert sign_in(laptop).path == "/sessions/"


def test_a_second_one_in_the_same_folder_says_where_the_first_is(laptop):
    command = [sys.executable, "-m", "deploy", "run", "--empty"]
    second = subprocess.run(command, env=laptop._told(), capture_output=True, text=True)

    assert second.returncode == 1
    assert f"Attune already runs here: {laptop.address}" in second.stderr
