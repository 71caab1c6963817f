"""Whoever tries too often is asked to wait, by all processes of a service together."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute
from sqlalchemy import Engine, MetaData, select

from shared.auth.actors import Role
from shared.rates.rates import CALLS, Rates, TooOften
from shared.rates.tables import rate_count, rates
from shared.store.engines import new_engine
from shared.store.everywhere import settle_in, together
from shared.web.source import source
from tests.doors import trier
from tests.shared.showcase import showcase
from tests.visitors import Visitor

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIVE = RateLimitItemPerMinute(5, 1, "test")
SOURCE = "192.0.2.77"
THING = "/api/things/00000000-0000-0000-0000-000000000001"
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        database = request.getfixturevalue("new_database")("rates")
        engine = new_engine(database.owner_url)
        every = together(MetaData())
        with engine.begin() as connection:
            every.create_all(connection)
            settle_in(connection, every)
        engine.dispose()
        return str(database.url)
    address = f"sqlite:///{tmp_path / 'rates.sqlite'}"
    engine = new_engine(address)
    rates.create_all(engine)
    engine.dispose()
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = new_engine(url)
    yield made
    made.dispose()


def counting(engine: Engine, at: datetime = AT, secret: bytes = b"s") -> Rates:
    return Rates(engine, secret, lambda: at)


def rows(engine: Engine) -> list:
    with engine.connect() as connection:
        return list(connection.execute(select(rate_count)))


class TestATry:
    def test_beyond_the_limit_is_refused(self, engine: Engine) -> None:
        within = [counting(engine).spend(FIVE, SOURCE) for _ in range(7)]

        assert within == [True] * 5 + [False] * 2

    def test_is_taken_again_once_the_minute_is_over(self, engine: Engine) -> None:
        for _ in range(7):
            counting(engine).spend(FIVE, SOURCE)

        with pytest.raises(TooOften):
            counting(engine, AT + timedelta(seconds=59)).refuse_more(FIVE, SOURCE)
        counting(engine, AT + timedelta(seconds=60)).refuse_more(FIVE, SOURCE)

    def test_of_one_source_is_not_counted_against_another(self, engine: Engine) -> None:
        for _ in range(7):
            counting(engine).spend(FIVE, SOURCE)

        assert counting(engine).spend(FIVE, "192.0.2.78")

    def test_is_kept_under_a_keyed_hash_and_without_its_address(self, engine: Engine) -> None:
        counting(engine).spend(FIVE, SOURCE)
        counting(engine, secret=b"another").spend(FIVE, SOURCE)

        kept = rows(engine)

        assert len(kept) == 2
        assert SOURCE not in repr(kept)
        assert all(len(row.whose) == 32 for row in kept)

    def test_is_forgotten_a_day_after_its_window(self, engine: Engine) -> None:
        counting(engine).spend(FIVE, SOURCE)

        counting(engine, AT + timedelta(days=1, minutes=2)).spend(FIVE, "192.0.2.78")

        assert [row.tries for row in rows(engine)] == [1]
        assert rows(engine)[0].until > AT + timedelta(days=1)

    @pytest.mark.requirement("CHK-20")
    def test_counts_for_all_processes_together(self, engine: Engine, url: str) -> None:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.doors.trier", url, "30"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate()[0] for process in started]

        assert sum(text.count("yes") for text in said) == trier.LIMIT.amount
        assert [row.tries for row in rows(engine)] == [60]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = showcase(tmp_path, trusted_proxies=("10.0.0.0/8",))
    yield made
    made.extensions["store"].engine.dispose()


def tire(app: Flask) -> Visitor:
    """Return a clinician who has called as often as one may."""
    clinician = Visitor(app).sign_in(Role.CLINICIAN)
    assert clinician.get(THING).status_code == 409
    with app.extensions["store"].engine.begin() as connection:
        connection.execute(rate_count.update().values(tries=CALLS.amount))
    return clinician


class TestAProgram:
    def test_that_calls_too_often_is_told_when_to_come_again(self, app) -> None:
        answer = tire(app).get(THING)

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "60"
        assert answer.content_type == "application/problem+json"
        assert "Wait a minute, then try again" in answer.json["detail"]

    def test_does_not_keep_the_same_person_from_their_pages(self, app) -> None:
        assert tire(app).get("/").status_code == 200


class TestSource:
    @pytest.mark.parametrize(
        ("near", "told", "counted"),
        [
            ("203.0.113.5", None, "203.0.113.5"),
            ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
            ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
            ("10.1.2.3", "192.0.2.9, 198.51.100.1", "198.51.100.1"),
            ("10.1.2.3", "nonsense", "10.1.2.3"),
            ("10.1.2.3", None, "10.1.2.3"),
            ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ],
    )
    def test_is_what_our_own_gateway_says_and_nobody_else(self, app, near, told, counted) -> None:
        headers = {"X-Forwarded-For": told} if told else {}
        with app.test_request_context(environ_base={"REMOTE_ADDR": near}, headers=headers):
            assert source() == counted


def test_every_service_counts_in_its_own_database() -> None:
    assert "rate_count" in together(MetaData()).tables
