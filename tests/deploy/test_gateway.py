"""The gateway as a real nginx before a real gunicorn: what it says itself, and what it hands on."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.web.headers import ALWAYS
from tests.servers.absence import Absent, give_up
from tests.servers.ground import Ground, free_port, wait_until
from tests.servers.nginx import Nginx

pytestmark = pytest.mark.left_to_the_build("starting the gateway and pages behind it")
WORD = "Pelargonium"
ALL = {*map(str.lower, ALWAYS), "content-security-policy", "cache-control"}
"""The headers that no answer may lack."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything of this file lies."""
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def intake(folder: Path) -> Iterator[tuple[int, Path]]:
    """The pages of intake, as gunicorn serves them: its port, and what it said."""
    port, log = free_port(), folder / "web.log"
    told = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
    told |= {"ATTUNE_DATA_DIR": str(folder / "data"), "TMPDIR": str(folder)}
    attune = [sys.executable, "-m", "deploy"]
    subprocess.run([*attune, "migrate", "intake"], env=told, check=True, capture_output=True)
    where = ["--host", "127.0.0.1", "--port", str(port), "--threads", "2"]
    with log.open("wb") as said:
        web = subprocess.Popen(
            [*attune, "web", "intake", *where], env=told, stdout=said, stderr=said
        )
    wait_until(lambda: _is_ready(port), seconds=60, what="starting gunicorn")
    yield port, log
    web.terminate()
    web.wait(60)


def _is_ready(port: int) -> bool:
    try:
        ready = f"http://127.0.0.1:{port}/intake/health/ready"
        return httpx.get(ready, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def gateway(ground: Ground, intake: tuple[int, Path]) -> Iterator[Nginx]:
    """The gateway before intake; the other services are away."""
    try:
        made = Nginx(ground, ground.folder / "gateway", {"intake": intake[0]})
    except Absent as absent:
        give_up(absent)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def browser(gateway: Nginx) -> Iterator[httpx.Client]:
    """Someone outside."""
    headers = {"Host": "localhost:8000"}
    with httpx.Client(base_url=gateway.url, verify=gateway.trust, headers=headers) as client:
        yield client


def lacking(answer: httpx.Response) -> set[str]:
    """Return the headers that an answer lacks, or has twice."""
    times = Counter(name.lower() for name, _ in answer.headers.multi_items())
    return {name for name in ALL if times[name] != 1}


OWN = {
    "nothing there": ("GET", "/nowhere", 404, "There is nothing at this address"),
    "an internal door": ("GET", "/intake/internal/metrics", 404, "There is nothing"),
    "a service that is away": ("GET", "/sessions/", 502, "This page cannot be reached"),
    "too large": ("POST", "/intake/relationships", 413, "That is too large"),
    "a method of nobody": ("TRACE", "/intake/", 405, "This could not be read"),
}


class TestWhatItSaysItself:
    @pytest.mark.parametrize("what", OWN)
    def test_is_a_neutral_page_with_all_our_headers(self, browser, what):
        method, path, status, sentence = OWN[what]
        body = b"x" * 2_000_000 if status == 413 else None

        answer = browser.request(method, f"{path}?{WORD}", content=body)

        assert (answer.status_code, lacking(answer)) == (status, set())
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert "Strict-Transport-Security" in answer.headers
        assert f"<h1>{sentence}" in answer.text
        assert not {"nginx", "attune", WORD.lower()} & set(answer.text.lower().split())
        assert "nginx/" not in str(answer.headers)

    def test_lets_its_own_style_through_and_nothing_else(self, browser):
        one, other = (browser.get("/nowhere") for _ in range(2))

        for answer in (one, other):
            nonce = answer.text.split('<style nonce="')[1].split('"')[0]
            assert f"style-src 'nonce-{nonce}'" in answer.headers["content-security-policy"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert one.text != other.text

    @pytest.mark.parametrize(("path", "status"), [("/", 302), ("/gateway-is-well", 204)])
    def test_has_them_also_where_there_is_no_page(self, browser, path, status):
        answer = browser.get(path)

        assert (answer.status_code, lacking(answer)) == (status, set())

    def test_has_them_for_what_is_no_request_at_all(self, gateway):
        said = self.spoken(gateway, b"GET /intake/ HTTP/1.1\r\nHost: a b\r\n\r\n")

        assert said.startswith(b"HTTP/1.1 400")
        assert b"Content-Security-Policy: default-src 'none'" in said
        assert b"This could not be read" in said

    def spoken(self, gateway: Nginx, words: bytes) -> bytes:
        """Return all that is answered to these bytes."""
        with (
            socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as line,
            gateway.trust.wrap_socket(line, server_hostname="localhost") as talking,
        ):
            talking.sendall(words)
            return b"".join(iter(lambda: talking.recv(4096), b""))


class TestWhatAServiceSays:
    @pytest.mark.parametrize(
        ("path", "status"),
        [("/intake/sign-in", 200), ("/intake/nowhere", 404), ("/intake/relationships", 303)],
    )
    def test_is_handed_on_with_its_own_headers_once(self, browser, path, status):
        answer = browser.get(path)

        assert (answer.status_code, lacking(answer)) == (status, set())
        assert "script-src 'self' 'nonce-" in answer.headers["content-security-policy"]

    def test_keeps_files_for_as_long_as_the_service_says(self, browser):
        page = browser.get("/intake/sign-in").text
        path = page.split('rel="stylesheet" href="')[1].split('"')[0]

        answer = browser.get(path)

        assert (answer.status_code, lacking(answer)) == (200, set())
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.requirement("PLT-12")
def test_neither_of_the_two_writes_down_what_was_asked(browser, gateway, intake):
    for path in (f"/intake/c/{WORD}", f"/intake/nowhere?name={WORD}", f"/reminders/f/{WORD}"):
        browser.get(path, headers={"User-Agent": WORD, "Referer": f"https://{WORD}.example/"})
        browser.post(path, data={WORD: WORD}, headers={"Cookie": f"visit={WORD}"})
    browser.post("/intake/sign-in", data={"name": WORD, "password": WORD})

    said = gateway.log.read_text() + intake[1].read_text()
    assert WORD.lower() not in said.lower()
    assert '"route"' in said
