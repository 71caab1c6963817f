"""A day that was rehearsed is what the clinician then finds when that day has come.

Every case is enumerated; how many there are is printed in docs/consent.md. What the other services
do on those days is in `tests/journeys/test_rehearsed_days.py`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import unescape
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.intake.consent import domain
from services.intake.consent.models import ConsentRevision
from services.intake.directory import usecases as directory
from services.intake.directory.domain import ClinicDetails
from services.intake.people import usecases as people
from services.intake.people.domain import Details
from shared.consent.ledger import Act, Evidence, append
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_in_force
from tests.intake.conftest import MONDAY, POLICY
from tests.intake.test_consent import answered
from tests.intake.test_consent_pages import whole_card, words_of

DAY = timedelta(days=1)
DOCUMENT = Path(__file__).parents[2] / "docs" / "consent.md"
NAMES = ("Ana", "Noa")
ALL = {POLICY: True, "checkin.email": True, "report.aggregate": True, "contact.voicemail": True}
ZONES = ("Europe/Lisbon", "Pacific/Auckland", "Pacific/Honolulu")
SAID_AT = datetime(2026, 11, 20, 20, 30, tzinfo=MONDAY.tzinfo)
"""When Ana said yes, and her card was confirmed."""

LATER = {"Ana": 0 * DAY, "Noa": 5 * DAY}
"""How long after that each member said so; what is rehearsed is rehearsed on the last of them."""

STATES = ("open", "apart", "closed")
TRUSTED = (30, 90)
ENDS = {
    "Ana's card": lambda days: SAID_AT + (days + 1) * DAY,
    "Noa's card": lambda days: SAID_AT + LATER["Noa"] + (days + 1) * DAY,
    "Ana's yes": lambda _: SAID_AT.replace(year=2027),
    "Noa's yes": lambda _: SAID_AT.replace(year=2027) + LATER["Noa"],
    "a new minor text": lambda _: datetime(2026, 12, 1, tzinfo=SAID_AT.tzinfo),
}
AROUND = (-1, 0, 1)


@dataclass(frozen=True)
class Case:
    """In which zone Ana lives, whether they are in care, and for how long a card is trusted."""

    zone: str
    state: str
    trusted: int

    @property
    def days(self) -> list[date]:
        """Return the days that are rehearsed: around each end, on Ana's clock."""
        ends = [when(self.trusted).astimezone(ZoneInfo(self.zone)).date() for when in ENDS.values()]
        return sorted({end + near * DAY for end in ends for near in AROUND})


CASES = [Case(*one) for one in product(ZONES, STATES, TRUSTED)]
THE_REST = pytest.mark.left_to_the_build("days rehearsed in every zone and state")


def lived(house, ines, relationship, case: Case) -> dict[str, str]:
    """Let a case come about, and return each member's page of consent."""
    found = {name: house.person(relationship, name) for name in NAMES}
    house.choose_policy()
    with house.work() as work:
        directory.change_clinic(
            work,
            clinic_id=house.clinic,
            details=ClinicDetails(
                name="Harbour", zone="Europe/Lisbon", sender="Harbour", card_days=case.trusted
            ),
            now=MONDAY,
        )
        people.change_details(
            work,
            clinic_id=house.clinic,
            person_id=found["Ana"],
            details=Details(name="Ana", zone=case.zone),
            now=MONDAY,
        )
    if case.state == "apart":
        ines.post(house.page(relationship, None, "/apart"))
    for name, later in LATER.items():
        house.clock.at = SAID_AT + later
        whole_card(house, found[name])
        answered(house, found[name], answers=ALL)
    if case.state == "closed":
        with house.work() as work:
            people.close_relationship(work, relationship_id=relationship.id, now=house.clock.now())
    return {name: house.page(relationship, person, "/consent") for name, person in found.items()}


def rehearsed(ines, page: str, day: date) -> dict[str, set[str]]:
    """Return what stops and starts by a day, as the clinician is told before."""
    answer = ines.get(f"{page}/what-if", query_string={"act": "wait", "day": day.isoformat()})
    then = answer.text.partition('id="then"')[2].partition("</section>")[0]
    assert then, words_of(answer)
    parts = re.split(r"<h3>(Stops|Starts|Would start, and waits|Stays as it is)</h3>", then)
    lists = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {title: goings(lists.get(title, "")) for title in ("Stops", "Starts")}


def explained(ines, page: str) -> set[str]:
    """Return what goes on now, as the clinician is told."""
    shown = ines.get(f"{page}/why").text
    return {
        unescape(f"{service} {does}")
        for chip, service, does in re.findall(
            r'<li><span class="[^"]*">([^<]+)</span> <span>(\w+): ([^.]+)\.', shown
        )
        if chip == "Goes on"
    }


def goings(part: str) -> set[str]:
    found = re.findall(r'<li><span class="[^"]*">(\w+)</span> <span>([^.]+)\.', part)
    return {unescape(f"{service} {does}") for service, does in found}


def end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, datetime.max.time(), ZoneInfo(zone)).astimezone(MONDAY.tzinfo)


@pytest.mark.timeout(300)
@pytest.mark.requirement("INT-05", "INT-06", "INT-12")
@pytest.mark.parametrize(
    "case",
    [CASES[-1], *(pytest.param(case, marks=THE_REST) for case in CASES[:-1])],
    ids=lambda case: f"{case.zone}-{case.state}-{case.trusted}",
)
def test_what_was_rehearsed_of_a_day_is_so_when_it_has_come(house, ines, ana_and_noa, case):
    pages = lived(house, ines, ana_and_noa, case)
    zones = {"Ana": case.zone, "Noa": "Europe/Lisbon"}
    told = {(name, day): rehearsed(ines, pages[name], day) for name in NAMES for day in case.days}
    before = {name: explained(ines, pages[name]) for name in NAMES}

    wrong = {}
    for (name, day), change in told.items():
        house.clock.at = end_of(day, zones[name])
        came = explained(ines, pages[name])
        if came != (before[name] - change["Stops"]) | change["Starts"]:
            wrong[name, day] = (came, change)

    assert wrong == {}
    assert not any(change["Starts"] for change in told.values())
    for effect, starts_lacking in first_days_without(case).items():
        stops = {day for (name, day), it in told.items() if name == "Ana" and effect in it["Stops"]}
        assert stops == {day for day in case.days if starts_lacking and day >= starts_lacking}


def first_days_without(case: Case) -> dict[str, date | None]:
    """Return the first day of Ana's at whose end something does not go on, by the rules alone.

    None where it went on at no time. A card is confirmed on the clinic's day, and trusted by hers.
    """
    her_end = SAID_AT.replace(year=2027).astimezone(ZoneInfo(case.zone)).date()
    too_old = SAID_AT.date() + (case.trusted + 1) * DAY
    in_care = case.state != "closed"
    return {
        "Reminders Short forms go out by e-mail": too_old if in_care else None,
        "Reminders Links that were sent open": her_end if in_care else None,
        "Sessions New answers come into the course of time": her_end if in_care else None,
        "Reports The relationship is counted in the next reports": her_end,
        "Intake They may fill in questionnaires alone": her_end,
    }


def test_how_many_days_are_rehearsed_is_printed():
    days = sum(len(case.days) for case in CASES)

    printed = " ".join(DOCUMENT.read_text().split())

    assert f"**{len(NAMES) * days}** rehearsals of {days} days in {len(CASES)} cases" in printed


@pytest.mark.requirement("INT-05")
def test_the_day_of_a_material_text_is_rehearsed_as_it_comes(house, ines, ana_and_noa):
    """What was said before the first text that is known here ends on the day of that text."""
    ana = house.person(ana_and_noa, "Ana")
    page = house.page(ana_and_noa, ana, "/consent")
    first = text_in_force(domain.TEXTS, "contact.voicemail", "en", MONDAY)
    house.clock.at = first.in_force_from - 10 * DAY
    said_by_earlier_words(house, ana, replace(first, version=0))
    ines = house.visitor("ines")

    eve, that_day = (first.in_force_from.date() + near * DAY for near in (-1, 0))
    told = [rehearsed(ines, page, day)["Stops"] for day in (eve, that_day)]
    came = []
    for day in (eve, that_day):
        house.clock.at = end_of(day, "Europe/Lisbon")
        came.append(explained(ines, page))

    effect = "Intake Staff may leave a message, if their card says so"
    assert told == [set(), {effect}]
    assert came == [{effect}, set()]


def said_by_earlier_words(house, person_id, text):
    """Keep a yes to a text that a later one takes the place of."""
    now = house.clock.now()
    until = now.replace(year=now.year + 1)
    with house.work() as work:
        append(
            work,
            ConsentRevision,
            clinic_id=house.clinic,
            person_id=person_id,
            purpose=text.purpose,
            text=text,
            act=Act(state=State.GIVEN, decided_at=now, valid_from=now, valid_until=until),
            evidence=Evidence(method=Method.ON_PAPER, setting=Setting.ALONE_AT_CLINIC),
            now=now,
        )


@pytest.mark.requirement("INT-06")
def test_a_renewal_moves_the_day_on_which_it_ends(house, ines, ana_and_noa):
    ana = house.person(ana_and_noa, "Ana")
    page = house.page(ana_and_noa, ana, "/consent")
    answered(house, ana, answers={"contact.voicemail": True})
    house.clock.pass_by(days=350)
    old_end, new_end = MONDAY.date().replace(year=2027), date(2028, 11, 8)
    before = [bool(rehearsed(ines, page, day)["Stops"]) for day in (old_end, new_end)]
    of_a_yes = words_of(ines.get(f"{page}/what-if?act=give&purpose=contact.voicemail"))

    answered(house, ana, answers={"contact.voicemail": True})

    after = [bool(rehearsed(ines, page, day)["Stops"]) for day in (old_end, new_end)]
    assert (before, after) == ([True, True], [False, True])
    assert "Nothing stops and nothing starts" in of_a_yes
    assert "It would hold until 8 November 2028 at the latest" in of_a_yes
