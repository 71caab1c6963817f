"""Every purpose counts: flipped for any one member, something real changes, and nothing for others.

What is seen to change is named below, and printed in docs/consent.md. What the clinician's
rehearsal says beforehand is held against what then happens in the four services.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import inspect, select, text

from services.intake.app import Base as Intake
from services.reminders.app import Base as Reminders
from services.reminders.questions.queries import set_with_items
from services.reminders.roster import queries as roster
from services.reports.app import Base as Reports
from services.reports.contributions.models import Permission
from services.sessions.app import Base as Sessions
from shared.auth.actors import system
from shared.auth.matrix import whole_matrix
from shared.consent.enforcement import Told
from shared.consent.purposes import KINDS
from shared.contracts.words import Channel, Purpose
from tests.house.naming import missing
from tests.house.tree import files, named
from tests.journeys.test_care import first_occasions, letters
from tests.journeys.world import Practice, World, register

pytestmark = pytest.mark.left_to_the_build("flipping what anyone permits")

DOCUMENT = Path(__file__).parents[2] / "docs" / "consent.md"
NAMES = ("Robin", "Amal")

FLIPPED = "test_any_one_members_word_flipped_changes_whether_it_begins"
ELSEWHERE = {
    "exercise": (
        "sessions",
        "what was offered begins",
        f"`test_plans.py::TestThreeKeys::{FLIPPED}`",
    )
}
NOT_YET = {
    "share.item": "sessions will ask before an answer is raised",
    "referral": "sessions will ask before anything goes to a recipient",
    "research": "no study is kept yet",
}
"""Purposes that have texts and no feature; see `test_what_is_not_there_yet_is_used_nowhere`."""

KNOWN_ONLY = {"checkin.sms": {"services/reminders/roster/queries.py"}}
"""Purposes of which a service knows and that it does nothing with yet, and where they are named."""

TOLD_ALONE = {"treatment.record"}
"""What rests on no consent: nothing depends on it but that they know."""


@dataclass
class Stage:
    """A practice with two members who permitted everything, and what can be seen of it."""

    world: World
    practice: Practice
    relationship: str
    people: dict[str, str]
    links: dict[str, str]

    def page(self, name: str, more: str = "") -> str:
        place = f"/intake/relationships/{self.relationship}/members/{self.people[name]}/consent"
        return self.practice.clinician.open(place + more).text

    def says(self, name: str, purpose: str, answer: str) -> None:
        """Let a member say something, alone with the clinician; everything arrives."""
        self.page(name)
        how = {"method": "spoken", "setting": "alone_at_clinic"}
        kept = self.practice.clinician.press(
            "Keep this answer", purpose=purpose, answer=answer, **how
        )
        assert "The answer is kept" in kept.text, kept.text
        self.world.settle()

    def rehearsed(self, name: str, purpose: str, act: str) -> set[str]:
        """Return the services in which something would stop or start, as the page says."""
        said = self.page(name, f"/what-if?act={act}&purpose={purpose}")
        after = said.partition("Then")[2]
        listed = re.search(r"(?:Stops|Starts) (.*?)(?:Would start|has said so|$)", after)
        if not listed:
            return set()
        services = r"(Intake|Sessions|Reminders|Reports) "
        return {found.casefold() for found in re.findall(services, listed[1])}


def a_link_opens(stage: Stage, name: str) -> bool:
    return stage.world.browser().open(stage.links[name]).status == 200


def it_is_counted(stage: Stage, _name: str) -> bool:
    reports = stage.world.services["reports"]
    with reports.store.engine.connect() as connection:
        return connection.execute(select(Permission.permitted)).scalar() is True


def a_channel_is_open(stage: Stage, name: str) -> bool:
    return _told(stage, name, Purpose.CHECKIN_SMS)


def it_is_asked(stage: Stage, name: str) -> bool:
    form = stage.world.browser().open(stage.links[name])
    if form.status != 200:
        return False
    said = form.press("Start").text
    asked = {one for one in (ITEM, INSTEAD) if one in said}
    assert len(asked) == 1
    return asked == {ITEM}


def it_is_noted(stage: Stage, name: str) -> bool:
    return _told(stage, name, None)


def a_message_may_be_left(stage: Stage, name: str) -> bool:
    page = stage.practice.clinician.open(f"/intake/relationships/{stage.relationship}").text
    [said] = re.findall(rf"Before you call {name} A message on voicemail (Yes|No)", page)
    return bool(said == "Yes")


def _told(stage: Stage, name: str, purpose: Purpose | None) -> bool:
    """Ask reminders for what it would decide by, as it does before it sends; None: the policy."""
    reminders = stage.world.services["reminders"]
    with reminders.store.claiming() as work:
        [clinic_id] = [clinic for clinic, _ in roster.known_clinics(work)]
    with reminders.store.reading(clinics={clinic_id}, actor=system("reminders")) as work:
        person = {"clinic_id": clinic_id, "person_id": UUID(stage.people[name])}
        if purpose is None:
            told = roster.told_of_policy(work, **person)
        else:
            told = roster.told_of(work, channel=Channel.SMS, **person)
    return isinstance(told, Told) and told.permits(stage.world.clock.at)


SEEN: dict[str, tuple[str, str, Callable[[Stage, str], bool]]] = {
    "terms.limited": ("reminders", "short forms may be asked of them alone", it_is_noted),
    "checkin.email": ("reminders", "a link that was sent opens", a_link_opens),
    "checkin.sms": ("reminders", "the channel is open to sending", a_channel_is_open),
    "checkin.safety_items": ("reminders", "the form asks how free they feel", it_is_asked),
    "report.aggregate": ("reports", "the relationship is counted", it_is_counted),
    "contact.voicemail": ("intake", "staff see that a message may be left", a_message_may_be_left),
}
JOINT = {"report.aggregate"}
WITH_IT = {
    "terms.limited": {"checkin.email", "checkin.safety_items"},
    "checkin.email": {"checkin.safety_items"},
}
"""What else stops with a purpose."""

BY_LINK = {"checkin.email", "checkin.safety_items"}
"""What is seen behind a link that was sent."""

ITEM, INSTEAD = "How free did you feel to say", "How much was going on around you"

OTHER_POLICIES = ("terms.apart", "terms.open")
"""A clinic works by one policy; each of the others is chosen and flipped too."""

CARE = ("/sessions/relationships/{}", "/sessions/relationships/{}/entries/new")
"""Pages of care that rest on no consent."""


@pytest.fixture
def stage(practice: Practice, world: World) -> Stage:
    relationship = practice.open_relationship(*NAMES)
    register(practice.admin, "duty", "Dele Duty")
    page = practice.clinician.open(f"/intake/relationships/{relationship}")
    links = [href for says, href in page.page.links if says.startswith("Consent of ")]
    people = {name: href.split("/")[-2] for name, href in zip(NAMES, links, strict=True)}
    stage = Stage(world, practice, relationship, people, {})
    for name in NAMES:
        practice.fill_in_card(relationship, name, f"{name.lower()}@mail.example")
        for purpose in SEEN:
            stage.says(name, purpose, "yes")
    return stage


@pytest.mark.timeout(600)
@pytest.mark.requirement("INT-02", "INT-08", "INT-09", "PLT-13", "RPT-03")
def test_flipping_any_purpose_of_any_member_changes_what_it_is_for_and_nothing_else(stage, world):
    names = {person: name for name, person in stage.people.items()}
    for due_at, person in sorted(map(when_it_may_be_asked, first_occasions(stage.practice))):
        world.at(due_at)
        name = names[person]
        stage.links[name] = letters(stage.practice)[0]
        for purpose in SEEN:
            _flipped(stage, name, purpose)

    assert set(stage.links) == set(NAMES)


def when_it_may_be_asked(occasion: tuple[datetime, str]) -> tuple[datetime, str]:
    """Return someone's first occasion in a week in which these questions do not rest."""
    due_at, person = occasion
    rest = set_with_items().rest
    while rest and rest.on(due_at.date(), UUID(person)):
        due_at += timedelta(weeks=1)
    return due_at, person


def _flipped(stage: Stage, name: str, purpose: str) -> None:
    """Let one member end one purpose and give it again, watching everything meanwhile."""
    service = SEEN[purpose][0]
    before, rows = _everything(stage), _rows(stage)
    would_stop = stage.rehearsed(name, purpose, "withdraw")
    stage.says(name, purpose, "no")
    ended, left = _everything(stage), _rows(stage)
    for page in CARE:
        assert stage.practice.clinician.open(page.format(stage.relationship)).status == 200
    would_start = stage.rehearsed(name, purpose, "give")
    stage.says(name, purpose, "yes")

    changed = {place for place, seen in before.items() if ended[place] != seen}
    whose = NAMES if purpose in JOINT else [name]
    expected = {(one, it) for one in whose for it in {purpose, *WITH_IT.get(purpose, ())}}
    assert changed == {place for place in expected if place in before}
    assert _everything(stage) == before
    assert {table for table, number in rows.items() if left[table] < number} == set()
    if purpose != "checkin.sms":  # nothing goes by text yet
        assert service in would_stop & would_start


def _everything(stage: Stage) -> dict[tuple[str, str], bool]:
    """Return all that can be seen, for everyone: True where it goes on."""
    return {
        (name, purpose): look(stage, name)
        for name in NAMES
        for purpose, (_, _, look) in SEEN.items()
        if purpose not in BY_LINK or name in stage.links
    }


def _rows(stage: Stage) -> dict[str, int]:
    """Return how many rows each table holds, but those of who is signed in or seated."""
    found = {}
    for name, service in stage.world.services.items():
        tables = inspect(service.store.engine).get_table_names()
        with service.store.engine.connect() as connection:
            for table in tables:
                if not table.startswith(("staff_", "seat", "rate", "wanted", "inbox")):
                    number = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar()
                    found[f"{name}.{table}"] = int(number or 0)
    return found


@pytest.mark.timeout(600)
@pytest.mark.requirement("INT-11", "PLT-13")
def test_flipping_any_other_policy_of_any_member_closes_what_is_asked_of_them_alone(stage):
    for policy in OTHER_POLICIES:
        stage.practice.admin.open("/intake/setup").follow("Choose the policy")
        stage.practice.admin.press("Choose this policy", policy=policy)
        stage.world.settle()
        assert not any(it_is_noted(stage, name) for name in NAMES)
        for name in NAMES:
            stage.says(name, policy, "yes")
        for name in NAMES:
            would_stop = stage.rehearsed(name, policy, "withdraw")
            stage.says(name, policy, "no")
            assert [it_is_noted(stage, one) for one in NAMES] == [one != name for one in NAMES]
            stage.says(name, policy, "yes")
            assert all(it_is_noted(stage, one) for one in NAMES)
            assert {"intake", "reminders"} <= would_stop


def test_every_purpose_is_seen_or_is_said_not_to_be_there_yet():
    assert {*SEEN, *ELSEWHERE, *NOT_YET, *OTHER_POLICIES, *TOLD_ALONE} == set(KINDS)
    assert missing(" ".join(where for _, _, where in ELSEWHERE.values())) == []


@pytest.mark.parametrize(
    ("purpose", "where"), [*((one, set()) for one in NOT_YET), *KNOWN_ONLY.items()]
)
def test_what_is_not_there_yet_is_used_nowhere(purpose, where):
    """Whoever builds it takes the purpose out of its list, and says what is seen to change."""
    assert users_of(purpose) == where


@pytest.mark.parametrize("purpose", NOT_YET)
def test_what_is_not_there_yet_has_no_page_and_no_table(purpose):
    assert [one for one in places() if re.search(STEMS[purpose], one)] == []


def test_the_searches_find_what_is_there():
    assert "services/reminders/roster/queries.py" in users_of("checkin.email")
    assert {one for one in places() if "plan" in one} >= {"plan", "plans.offer"}


STEMS = {
    "share.item": r"share(s|_|\.|$)|sharing",
    "referral": "referr",
    "research": "research|stud(y|ies)",
}


def places() -> list[str]:
    """Return the names of all tables and views of all services."""
    bases = (Intake, Sessions, Reminders, Reports)
    tables = [table for base in bases for table in base.metadata.tables]
    return tables + [view for views in whole_matrix().values() for view in views]


def users_of(purpose: str) -> set[str]:
    """Return the files of services, besides the ledger's own rooms, that name a purpose."""
    wire = KINDS[purpose].wire
    words = {purpose} | ({wire.value} if wire else set())
    return {
        named(path)
        for path in files("services/**/*.py")
        if not re.search("services/intake/consent/|/migrations/", named(path))
        and any(_names(node, words, wire) for node in ast.walk(ast.parse(path.read_text())))
    }


def _names(node: ast.AST, words: set[str], wire: Purpose | None) -> bool:
    """Say whether a node spells a purpose, alone or with what it is about, or takes its word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return any(node.value == one or node.value.startswith(f"{one}.") for one in words)
    return wire is not None and isinstance(node, ast.Attribute) and node.attr == wire.name


def test_what_is_seen_is_printed():
    printed = DOCUMENT.read_text()

    for purpose, (service, seen, _) in {**SEEN, **ELSEWHERE}.items():
        assert f"| `{purpose}` | {service}: {seen} |" in printed
    for purpose in OTHER_POLICIES:
        assert f"| `{purpose}` | reminders: short forms may be asked of them alone |" in printed
    watched, flips = len(NAMES) * len(SEEN), len(NAMES) * (len(SEEN) + len(OTHER_POLICIES))
    assert f"**{flips}** flips, each there and back, with **{watched}** places watched" in printed
    said = f"Of the {len(KINDS)} purposes {len(SEEN) + len(OTHER_POLICIES)} are flipped there"
    assert said in printed
    for purpose, says in NOT_YET.items():
        assert f"| `{purpose}` | not yet: {says} |" in printed
