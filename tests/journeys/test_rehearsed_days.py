"""What a clinician rehearsed of a day is what the four services do when that day has come.

Two members said yes on different days and live far from their clinic; days around the end of each
one's card and of each one's yes are rehearsed, then the clock is moved there.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from services.intake.consent.domain import NotNoted
from services.intake.consent.queries import check_noted
from services.reminders.roster import queries as roster
from services.reminders.schedules.domain import Hold
from services.reminders.sending import queries as sending
from services.reminders.sending.domain import hold
from services.reminders.sending.models import MailboxLetter
from services.reminders.sending.queries import Claim
from shared.auth.actors import system
from shared.contracts.words import Channel
from tests.intake.test_rehearsed_days import goings
from tests.journeys.test_consent_counts import (
    NAMES,
    Stage,
    a_message_may_be_left,
    it_is_counted,
    it_is_noted,
)
from tests.journeys.world import BEGAN, DAY, Practice, World

pytestmark = pytest.mark.left_to_the_build("living through a year")

HONOLULU = ZoneInfo("Pacific/Honolulu")
PURPOSES = ("terms.limited", "checkin.email", "report.aggregate", "contact.voicemail")
LATER = {"Robin": 0 * DAY, "Amal": 10 * DAY}
"""How long after the first of September each filled in their card and said yes."""

CARD_DAYS = 90
NEAR = (-1, 0, 1)


def a_letter_goes_out(stage: Stage, name: str) -> bool:
    """Say whether the sender would let a letter go, but for its hour and for how many went."""
    reminders, clinic, person = stage.world.services["reminders"], _clinic(stage), _id(stage, name)
    claim = Claim(clinic, uuid4(), person, UUID(stage.relationship))
    proof = reminders.freshness().prove(claim.concerned)
    with reminders.store.reading(clinics={clinic}, actor=system("reminders")) as work:
        facts = sending.facts(work, claim=claim, proof=proof, now=stage.world.clock.at)
    return hold(facts, stage.world.clock.at) in (None, Hold.WINDOW, Hold.BUDGET)


def a_sent_link_opens(stage: Stage, name: str) -> bool:
    """Say whether what stands before every link that was sent lets its holder in."""
    reminders, clinic = stage.world.services["reminders"], _clinic(stage)
    person = {"clinic_id": clinic, "person_id": _id(stage, name)}
    with reminders.store.reading(clinics={clinic}, actor=system("reminders")) as work:
        in_care = roster.in_care(work, relationship_id=UUID(stage.relationship), **person)
        return in_care and roster.permitted(
            work, channel=Channel.EMAIL, now=stage.world.clock.at, **person
        )


def they_may_fill_in(stage: Stage, name: str) -> bool:
    intake, clinic = stage.world.services["intake"], _clinic(stage)
    with intake.store.reading(clinics={clinic}, actor=system("intake")) as work:
        try:
            check_noted(
                work, clinic_id=clinic, person_id=_id(stage, name), now=stage.world.clock.at
            )
        except NotNoted:
            return False
    return True


SEEN: dict[str, Callable[[Stage, str], bool]] = {
    "Reminders Short forms may be asked of them alone": it_is_noted,
    "Intake They may fill in questionnaires alone": they_may_fill_in,
    "Reminders Short forms go out by e-mail": a_letter_goes_out,
    "Reminders Links that were sent open": a_sent_link_opens,
    "Sessions New answers come into the course of time": a_sent_link_opens,
    "Reports The relationship is counted in the next reports": it_is_counted,
    "Intake Staff may leave a message, if their card says so": a_message_may_be_left,
}
"""Every effect of what they said, and what is looked at in the service that it names."""


def _clinic(stage: Stage) -> UUID:
    with stage.world.services["reminders"].store.claiming() as work:
        [(clinic, _)] = roster.known_clinics(work)
    return clinic


def _id(stage: Stage, name: str) -> UUID:
    return UUID(stage.people[name])


def rehearsed(stage: Stage, name: str, day: date) -> set[str]:
    """Return what would have stopped by a day, as the page says; nothing starts by waiting."""
    stage.page(name, f"/what-if?act=wait&day={day.isoformat()}")
    then = stage.practice.clinician.answer.text.partition('id="then"')[2].partition("</section>")[0]
    assert then
    assert "<h3>Starts</h3>" not in then
    return goings(then.partition("<h3>Stops</h3>")[2].partition("<h3>")[0])


def end_of(day: date) -> datetime:
    return datetime.combine(day, datetime.max.time(), HONOLULU)


def going_on(stage: Stage, name: str) -> set[str]:
    return {effect for effect, look in SEEN.items() if look(stage, name)}


def around(days: Iterable[date]) -> list[date]:
    return sorted({day + near * DAY for day in days for near in NEAR})


def compare(stage: Stage, days: Iterable[date]) -> dict[tuple[str, date], set[str]]:
    """Rehearse these days for both, then live through each, and return what stopped by it."""
    told = {(name, day): rehearsed(stage, name, day) for day in days for name in NAMES}
    before = {name: going_on(stage, name) for name in NAMES}
    wrong = {}
    for (name, day), stops in told.items():
        stage.world.clock.at = end_of(day)
        stage.world.settle()
        came = going_on(stage, name)
        if came != before[name] - stops or not stops <= before[name]:
            wrong[name, day] = {"told": before[name] - stops, "came": came}
    assert wrong == {}
    return told


@pytest.fixture
def stage(practice: Practice, world: World) -> Stage:
    """Robin and Amal in Honolulu, whose clinic is in Lisbon; Amal says all of it ten days later."""
    relationship = practice.open_relationship(*NAMES, zone="Pacific/Honolulu")
    page = practice.clinician.open(f"/intake/relationships/{relationship}")
    links = [href for says, href in page.page.links if says.startswith("Consent of ")]
    people = {name: href.split("/")[-2] for name, href in zip(NAMES, links, strict=True)}
    stage = Stage(world, practice, relationship, people, {})
    for name, later in LATER.items():
        world.at(BEGAN + later)
        sign_in_anew(stage)
        practice.fill_in_card(relationship, name, f"{name.lower()}@mail.example")
        for purpose in PURPOSES:
            stage.says(name, purpose, "yes")
    return stage


def sign_in_anew(stage: Stage) -> None:
    stage.practice.clinician = stage.world.sign_in("clinician@harbour.example")


@pytest.mark.timeout(600)
@pytest.mark.requirement("INT-05", "INT-06", "INT-08", "INT-12")
def test_a_day_that_was_rehearsed_is_what_every_service_does_when_it_has_come(stage, world):
    assert going_on(stage, "Robin") == going_on(stage, "Amal") == set(SEEN)
    cards = [(BEGAN + later + (CARD_DAYS + 1) * DAY).date() for later in LATER.values()]
    new_words = date(2026, 12, 1)

    told = compare(stage, around([*cards, new_words]))

    assert {frozenset(stops) for stops in told.values()} == {
        frozenset(),
        frozenset({"Reminders Short forms go out by e-mail"}),
    }

    world.clock.at = datetime(2027, 8, 20, 9, tzinfo=BEGAN.tzinfo)
    world.settle()
    sign_in_anew(stage)
    for name in NAMES:
        stage.practice.fill_in_card(stage.relationship, name, f"{name.lower()}@mail.example")
    world.settle()
    assert going_on(stage, "Robin") == going_on(stage, "Amal") == set(SEEN)
    said = [BEGAN.replace(year=2027) + later for later in LATER.values()]
    ends = [moment.astimezone(HONOLULU).date() for moment in said]

    told = compare(stage, around(ends))

    counted = "Reports The relationship is counted in the next reports"
    first, last = ends
    assert told["Robin", first] == told["Amal", last] == set(SEEN)
    assert told["Amal", first] == {counted}
    assert told["Robin", first - DAY] == told["Amal", first - DAY] == set()


@pytest.mark.timeout(600)
@pytest.mark.requirement("INT-12")
def test_letters_end_on_the_day_that_was_rehearsed_and_not_before(stage, world):
    days = [BEGAN.date() + number * DAY for number in range(75, 110)]
    stopped = {name: min(day for day in days if rehearsed(stage, name, day)) for name in NAMES}

    for day in days:  # every evening, shortly before the hours end in which they may be written to
        world.clock.at = datetime.combine(day, time(21, 55), HONOLULU)
        world.settle()

    went = letters_to(stage)
    assert stopped["Amal"] - stopped["Robin"] == LATER["Amal"]
    for name in NAMES:
        assert stopped[name] - 9 * DAY <= max(went[name]) < stopped[name]


def letters_to(stage: Stage) -> dict[str, list[date]]:
    """Return on which days each got a letter, on their own clock."""
    reminders, clinic = stage.world.services["reminders"], _clinic(stage)
    with reminders.store.reading(clinics={clinic}, actor=system("reminders")) as work:
        found = work.session.execute(select(MailboxLetter.person_id, MailboxLetter.arrived_at))
        rows = [(person, at.astimezone(HONOLULU).date()) for person, at in found]
    return {name: [day for person, day in rows if person == _id(stage, name)] for name in NAMES}
