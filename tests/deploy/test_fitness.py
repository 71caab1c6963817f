"""In production pages and workers start only under a role that sees no more than it should."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from shared.keys import new_master_key
from tests.servers.ground import free_port
from tests.servers.postgres import Database

pytestmark = [
    pytest.mark.requirement("PLT-24"),
    pytest.mark.left_to_the_build("starting processes under every role"),
]

SECONDS = 90.0
Attune = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(furnished_database) -> Database:
    """The tables of intake, as `attune migrate` leaves them."""
    return furnished_database("intake")


@pytest.fixture
def told(tmp_path: Path, new_database) -> dict[str, str]:
    """What the environment says in production, but for the database's address."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
    return {
        **others,
        "TMPDIR": str(tmp_path),
        "ATTUNE_MODE": "production",
        "ATTUNE_DATA_DIR": str(tmp_path / "data"),
        "ATTUNE_SECRET_KEY": "only for this test, and long enough",
        "ATTUNE_MASTER_KEY": new_master_key(),
        "ATTUNE_KEY_STORE_URL": asking(new_database("keys").owner_url),
        "ATTUNE_TRUSTED_HOSTS": "localhost",
        "ATTUNE_TRUSTED_PROXIES": "127.0.0.1",
        "ATTUNE_BROKER_URL": "amqp://nobody@127.0.0.1:9//?plaintext=accepted",
        "ATTUNE_STAFF_URL": "https://staff.example",
        "ATTUNE_MEMBER_URL": "https://members.example",
    }


@pytest.fixture
def start(told: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Return a function that starts `attune` on a database; what it says is in ``said.log``."""
    begun = []

    def run(url: str, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        environment = {**told, "ATTUNE_DATABASE_URL": asking(url), **more}
        with (tmp_path / "said.log").open("w") as log:
            command = [sys.executable, "-m", "deploy", *arguments]
            begun.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return begun[-1]

    yield run
    for process in begun:
        if process.poll() is None:
            process.terminate()
            process.wait(SECONDS)


@pytest.fixture
def refusal_of(start, tmp_path: Path) -> Callable[..., str]:
    """Return a function that starts what must not start, and returns why it did not."""

    def run(*given: str, **more: str) -> str:
        assert start(*given, **more).wait(SECONDS) == 1
        return (tmp_path / "said.log").read_text()

    return run


def asking(url: str) -> str:
    """Return an address that says aloud that it asks for no encryption, as production demands."""
    return f"{url}?sslmode=disable"


def wait_for(sign: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Return when something can be seen; fails when the process ends before."""
    until = time.monotonic() + SECONDS
    while not sign():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)


class TestWeb:
    def test_starts_under_the_role_of_pages(self, start, database):
        port = free_port()

        web = start(database.url, "web", "intake", "--host", "127.0.0.1", "--port", str(port))

        wait_for(lambda: answers(f"http://127.0.0.1:{port}/intake/health/live"), web)

    def test_refuses_the_owner_of_the_tables(self, refusal_of, database):
        why = refusal_of(database.owner_url, "web", "intake")

        assert "its role owns tables" in why
        assert "may make tables and functions" in why
        assert "may empty whole tables" in why

    def test_refuses_the_role_that_claims(self, refusal_of, database):
        why = refusal_of(database.worker_url, "web", "intake")

        assert "may claim due work of all clinics" in why

    def test_tells_every_reason_at_once(self, refusal_of, database):
        why = refusal_of(database.admin_url, "web", "intake", ATTUNE_SECRET_KEY="short")

        assert "ATTUNE_SECRET_KEY is missing or too short" in why
        assert "may pass over row-level security" in why
        assert "its role owns tables" in why

    def test_refuses_to_be_debugged(self, refusal_of, database):
        assert "FLASK_DEBUG is set" in refusal_of(database.url, "web", "intake", FLASK_DEBUG="1")

    def test_refuses_a_database_with_an_open_table(self, refusal_of, database):
        with psycopg.connect(database.owner_url) as owner:
            owner.execute("CREATE TABLE later (clinic_id uuid, id uuid)")

        why = refusal_of(database.url, "web", "intake")

        assert why.count("\n- ") == 1
        assert "the table later has no row-level security" in why

    def test_refuses_a_role_of_which_nobody_can_say_anything(self, refusal_of):
        nowhere = f"postgresql://attune_app@127.0.0.1:{free_port()}/intake"

        assert "nobody knows what its role may do" in refusal_of(nowhere, "web", "intake")

    def test_refuses_a_key_store_in_the_same_database(self, refusal_of, database):
        beside = asking(database.owner_url)

        why = refusal_of(database.url, "web", "intake", ATTUNE_KEY_STORE_URL=beside)

        assert "must name a PostgreSQL database that is not the service's own" in why

    def test_refuses_sqlite(self, refusal_of, tmp_path):
        why = refusal_of(f"sqlite:///{tmp_path}/intake.sqlite", "web", "intake")

        assert "SQLite, which has no row-level security" in why


class TestWorker:
    def test_starts_under_the_role_of_workers(self, start, database, tmp_path):
        worker = start(database.worker_url, "worker", "intake")

        wait_for(lambda: '"started"' in (tmp_path / "said.log").read_text(), worker)

    def test_refuses_a_role_that_would_find_nothing_to_do(self, refusal_of, database):
        why = refusal_of(database.url, "worker", "intake")

        assert "make it a member of attune_worker" in why

    def test_refuses_the_owner_of_the_tables(self, refusal_of, database):
        assert "its role owns tables" in refusal_of(database.owner_url, "worker", "intake")


def answers(address: str) -> bool:
    try:
        return httpx.get(address, headers={"Host": "localhost"}, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
