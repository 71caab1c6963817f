"""What one person said is erased for good, and nothing of anyone else's with it (PLT-08)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from deploy.network import settle
from services.intake.people.models import Person as PersonInCare
from services.intake.people.usecases.members import tell_member
from services.reminders.sending.models import MailboxLetter
from services.reports.releases.models import Release
from services.sessions.roster.models import Person
from shared.auth.actors import Door, Role
from shared.contracts.streams import STREAMS
from shared.events.sequencing import sequence_all
from shared.events.tables import backbone
from shared.keys import Scope
from shared.settings import SERVICES
from tests.doors.callers import Caller, stand
from tests.doors.canary.flight import Tap
from tests.doors.erasing import Erasure
from tests.doors.routes import address, routes_of, subject
from tests.doors.world import THREE, Known, World
from tests.visitors import bearer

pytestmark = [pytest.mark.requirement("PLT-08"), pytest.mark.timeout(900)]


@pytest.fixture
def erasure(world: World, known: Known, tmp_path: Path) -> Erasure:
    """A world with an older backup of every database, in which one member was erased since."""
    household = known.own.households[0]
    made = Erasure(world, known, household.clinic_id, household.people[0])
    made.write_whose("long ago")
    made.keep_backups(tmp_path / "backup")
    made.renew_keys()
    made.write_whose("lately")
    made.erase()
    return made


def test_no_key_that_is_left_opens_it_and_all_else_stays_readable(erasure: Erasure) -> None:
    theirs = {one.place for one in erasure.before if erasure.is_theirs(one.place)}
    others = {one.place: one.said for one in erasure.before if one.place not in theirs}
    assert len(theirs) > 12

    assert erasure.read() == others


def test_an_older_backup_brings_nothing_of_it_back(erasure: Erasure, tmp_path: Path) -> None:
    erasure.restore(tmp_path / "backup")

    said = erasure.read()

    assert [place for place in said if erasure.is_theirs(place)] == []
    assert said == {
        one.place: one.said.replace("lately", "long ago")
        for one in erasure.before
        if not erasure.is_theirs(one.place)
    }


def test_a_partner_and_what_belongs_to_both_are_among_what_stays(erasure: Erasure) -> None:
    household = erasure.known.own.households[0]

    kept = {(place.scope, place.subject_id) for place in erasure.read()}

    assert (Scope.PERSON, household.people[1]) in kept
    assert (Scope.PERSON_SAFETY, household.people[1]) in kept
    assert (Scope.RELATIONSHIP, household.relationship_id) in kept


class TestWhereItIsTold:
    """What the services say to each other, and keep to say it again."""

    def test_facts_parked_ones_wishes_and_queues_hold_no_word_of_theirs(
        self, world: World, known: Known
    ) -> None:
        household = known.own.households[0]
        erasure = Erasure(world, known, household.clinic_id, household.people[0])
        words = set(erasure.words_of_theirs())
        assert len(words) > 5
        tap = Tap(world.services["intake"].settings)
        tell_of(world, household.clinic_id, erasure.person_id)
        want_again(world, known)
        erasure.erase()

        kept = [rows_of_the_backbone(world), everything_told_again(world), list(tap.heard())]

        assert all(any(str(erasure.person_id) in one for one in each) for each in kept)
        assert {word for word in words for each in kept for one in each if word in one} == set()

    @pytest.mark.parametrize("erased_by", [SERVICES, ["sessions"], ["intake"]], ids=str)
    def test_what_waits_to_be_fetched_comes_for_the_partner_and_is_given_up_for_them(
        self, world: World, known: Known, erased_by: list[str]
    ) -> None:
        household = known.own.households[0]
        Erasure(world, known, household.clinic_id, household.people[0]).erase(erased_by)
        want_again(world, known)

        settle(world.services)

        assert [one for one in rows_of_the_backbone(world) if "'wanted'" in one] == []
        with world.work("sessions", household.clinic_id) as work:
            theirs, partners = (
                work.open(work.get(Person, household.clinic_id, person_id), "name")
                for person_id in household.people[:2]
            )
        assert theirs is None
        assert partners in THREE


class TestWhatGoesOn:
    """For everybody else it is as if nothing had happened."""

    def test_every_page_about_a_partner_and_about_both_opens_as_before(
        self, world: World, known: Known
    ) -> None:
        household = known.own.households[0]
        before = pages(world, known, first=1)

        Erasure(world, known, household.clinic_id, household.people[0]).erase()

        assert pages(world, known, first=1) == before
        assert set(pages(world, known, first=0).values()) <= {200, 302, 303, 404, 405}

    def test_letters_go_out_to_the_others_and_quarters_are_closed(
        self, world: World, known: Known
    ) -> None:
        household = known.own.households[0]
        Erasure(world, known, household.clinic_id, household.people[0]).erase()

        for _ in range(90):
            world.clock.at += timedelta(days=1)
            settle(world.services)

        with world.work("reminders", household.clinic_id) as work:
            since = select(MailboxLetter.person_id).where(MailboxLetter.arrived_at > known.at)
            assert household.people[1] in set(work.session.scalars(since))
            assert household.people[0] not in set(work.session.scalars(since))
        ours = select(Release).where(Release.organization_id == known.own.organization_id)
        with world.work("reports", household.clinic_id) as work:
            assert len(work.session.scalars(ours).all()) == 2


def tell_of(world: World, clinic_id: UUID, person_id: UUID) -> None:
    """Let intake say that a person's details have changed, and let it be published."""
    with world.work("intake", clinic_id) as work:
        tell_member(work, work.get(PersonInCare, clinic_id, person_id), world.clock.at)
    settle(world.services)


def want_again(world: World, known: Known) -> None:
    """Let each listener want anew what it knows of two members, whose names it has lost."""
    household = known.own.households[0]
    for listener in ("sessions", "reminders"):
        with world.work(listener, household.clinic_id) as work:
            for person_id in household.people[:2]:
                work.want(
                    "intake.person",
                    clinic_id=household.clinic_id,
                    subject_id=person_id,
                    version=99,
                )


def rows_of_the_backbone(world: World) -> list[str]:
    """Return every row that the backbone keeps in each service, as text with its table's name."""
    found = []
    for service in world.services.values():
        sequence_all(service.store.engine)
        with service.store.engine.connect() as connection:
            for table in backbone.sorted_tables:
                found += [f"{table.name!r} {row}" for row in connection.execute(select(table))]
    return found


def everything_told_again(world: World) -> list[str]:
    """Return all that every feed tells from its beginning."""
    found = []
    for stream in STREAMS.values():
        app = world.services[stream.teller].app
        headers = bearer(app, caller=min(stream.listeners), scopes=["feed"])
        for partition in range(stream.partitions):
            path = f"/{stream.teller}/internal/feed/{stream.name}/{partition}?after=0"
            answer = app.test_client().get(path, headers=headers)
            assert answer.status_code == 200, (path, answer.text)
            found.append(answer.text)
    return found


def pages(world: World, known: Known, *, first: int) -> dict[tuple[str, str], int]:
    """Return how each page answers the clinician who treats them, about one of the members."""
    clinician = Caller(Door.STAFF, Role.CLINICIAN)
    about = subject(known.own)
    members = about.household.people
    about = replace(
        about, household=replace(about.household, people=[*members[first:], *members[:first]])
    )
    found = {}
    for service in SERVICES:
        standing = stand(world, known, clinician, service)
        rules = standing.app.extensions["rules"]
        for route in routes_of(standing.app):
            if "GET" in (route.methods or ()) and Role.CLINICIAN in rules[route.endpoint].roles:
                path = address(standing.app, route, about, known)
                found[service, route.endpoint] = standing.knock("GET", path).status
    return found
