"""The invented network: written through the use cases, whole however often it is interrupted."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deploy.seed.cast import Size, cast_for
from deploy.seed.filling import Tell, fill
from deploy.sign_ins import read_sign_ins
from deploy.surroundings import laptop_settings
from shared.consent.languages import languages
from shared.settings import SERVICES
from tests.house.tree import ROOT

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
SMALL = Size(relationships=7, days=19, quarters=2)

COUNTED = {
    "intake": ("relationship", "person", "consent_revision"),
    "sessions": ("entry", "revision"),
    "reports": ("contribution", "release"),
}


def fill_in(folder: Path, *, size: Size = SMALL, tell: Tell = lambda _: None) -> None:
    """Fill a folder with a small network."""
    settings_for = partial(laptop_settings, environ={"ATTUNE_DATA_DIR": str(folder)})
    fill(settings_for, now=NOW, size=size, tell=tell)


def fill_until_killed(folder: Path, percent: int) -> None:
    """Fill a folder in a process of its own, which is killed at a percentage."""
    command = [sys.executable, "-m", "tests.deploy.doomed", str(folder), str(percent)]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr


def counts(folder: Path) -> dict[str, int]:
    """Return how many rows there are of each kind."""
    found = {}
    for service, tables in COUNTED.items():
        engine = create_engine(f"sqlite:///{folder / service}.sqlite")
        with engine.connect() as connection:
            for table in tables:
                query = text(f'SELECT count(*) FROM "{table}"')
                found[f"{service}.{table}"] = connection.execute(query).scalar_one()
        engine.dispose()
    return found


def sent_in(folder: Path) -> tuple[int, int, int, int]:
    """Return how many letters went out, on how many days of how many people, and are there."""
    engine = create_engine(f"sqlite:///{folder / 'reminders.sqlite'}")
    with engine.connect() as connection:
        went_out = text(
            "SELECT count(*), count(DISTINCT person_id || local_date),"
            " (SELECT count(*) FROM mailbox_letter), count(DISTINCT person_id)"
            " FROM prompt WHERE state = 'accepted'"
        )
        found = connection.execute(went_out).one()
    engine.dispose()
    return tuple(found)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small network."""
    folder = tmp_path_factory.mktemp("filled")
    fill_in(folder)
    return folder


@pytest.mark.left_to_the_build("writing the invented network")
class TestFilling:
    def test_writes_every_part_of_the_network(self, filled):
        found = counts(filled)

        assert found["intake.relationship"] == 7
        assert found["reports.release"] == 2
        assert all(found.values()), found

    def test_publishes_releases_that_have_figures_in_them(self, filled):
        engine = create_engine(f"sqlite:///{filled / 'reports.sqlite'}")
        with engine.connect() as connection:
            documents = list(connection.execute(text("SELECT document FROM release")).scalars())
        engine.dispose()
        assert len(documents) == 2
        assert all('"communication"' in one and len(one) > 20_000 for one in documents)

    def test_leaves_nothing_stuck_or_under_way(self, filled):
        for service in SERVICES:
            engine = create_engine(f"sqlite:///{filled / service}.sqlite")
            with engine.connect() as connection:
                for table in ("undelivered", "wanted"):
                    assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
            engine.dispose()

    def test_goes_on_after_kill_9_without_missing_or_doubling(self, filled, tmp_path):
        for percent in (17, 60):
            fill_until_killed(tmp_path, percent)

        fill_in(tmp_path)

        assert counts(tmp_path) == counts(filled)
        sent, days, letters, persons = sent_in(tmp_path)
        assert sent == days == letters > 0
        assert persons > 1

    def test_writes_nothing_when_all_is_there(self, filled):
        before = counts(filled)

        fill_in(filled)

        assert counts(filled) == before

    def test_nobody_else_may_read_the_sign_ins(self, filled):
        assert (filled / "sign-ins.json").stat().st_mode & 0o077 == 0
        roles = [one.role for one in read_sign_ins(filled)]
        assert {"clinic admin", "supervisor", "operator"} <= set(roles)

    def test_asks_about_being_free_those_who_permit_it_and_something_else_of_all_others(
        self, filled
    ):
        engine = create_engine(f"sqlite:///{filled / 'reminders.sqlite'}")
        with engine.connect() as connection:
            asked = connection.execute(
                text(
                    "SELECT form.set_code, max(coalesce(consent.permitted, 0)), count(*)"
                    " FROM form LEFT JOIN consent ON consent.person_id = form.person_id"
                    " AND consent.purpose = 'checkin.items' GROUP BY form.set_code"
                )
            ).all()
        engine.dispose()
        found = {code: (permitted, number) for code, permitted, number in asked}
        assert {"weekly"} <= set(found) <= {"weekly", "weekly.items"}
        assert found.get("weekly.items", (1, 0))[0] == 1  # in a network so small they may all rest


class TestTheInvented:
    @pytest.fixture
    def cast(self):
        return cast_for(NOW.date(), Size())

    def test_are_always_the_same(self, cast):
        assert cast == cast_for(NOW.date(), Size())

    def test_are_sixty_relationships_of_two_or_more(self, cast):
        sizes = Counter(len(one.members) for one in cast.together)

        assert sum(sizes.values()) == 60
        assert min(sizes) == 2
        assert sizes[3] >= 3

    def test_have_letter_boxes_of_their_own(self, cast):
        addresses = [person.email for one in cast.together for person in one.members]

        assert len(addresses) == len(set(addresses))
        assert all(address.endswith(".example") for address in addresses)

    def test_say_several_things_of_being_asked_where_someone_is_on_duty(self, cast):
        said = {"c1": set(), "elsewhere": set()}
        for one in cast.together:
            place = one.clinic.key if one.clinic.key in said else "elsewhere"
            said[place] |= {(person.permits_items, person.ends_items) for person in one.members}

        assert said["c1"] == {(True, False), (False, False), (None, False), (True, True)}
        assert said["elsewhere"] == {(None, False)}

    def test_live_in_many_zones_and_every_language_that_has_words(self, cast):
        people = [person for one in cast.together for person in one.members]

        assert len({person.zone for person in people}) >= 4
        assert {person.language for person in people} == set(languages())
