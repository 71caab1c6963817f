"""What one person asks of what is kept about them, through four services; nobody else notices."""

import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from fhir.resources.R4B.bundle import Bundle as R4BBundle
from fhirclient.models.bundle import Bundle as R4Bundle
from sqlalchemy import create_engine, select

from services.intake.rights import models as intake_models
from services.intake.rights.usecases.erasing import forget as intake_forget
from services.reminders.rights.usecases import forget as reminders_forget
from services.reminders.roster import models as reminders_models
from services.sessions.plans.models import Plan
from services.sessions.rights.usecases import forget as sessions_forget
from services.sessions.roster import models as sessions_models
from shared import erasure
from shared.audit.tables import audit_entry
from shared.auth.actors import system
from shared.contracts.streams import streams_for
from shared.contracts.words import PlanState
from shared.events.content import Reference
from shared.events.tables import outbox, undelivered, wanted
from shared.keys import KeyGone, Place, Scope, Tampered
from shared.service import Service
from shared.tenancy import Reach, narrow
from tests.journeys.test_care import chart_tables, first_occasions, letters
from tests.journeys.world import ON_BOTH, YES_ALONE, Practice, World, new_practice

NAMES = ("Robinetta", "Amalberto")
MAIL = {name: f"{name.lower()}@mail.example" for name in NAMES}
WISHES = {"Robinetta": "An evening by the canal.", "Amalberto": "A walk in the hills."}
NOTES = {"Robinetta": "A quiet word about Robinetta.", "Amalberto": "A quiet word of Amalberto."}
REASON = "They want this freely."
pytestmark = pytest.mark.left_to_the_build("erasing in four services, whoever dies meanwhile")


@dataclass
class Story:
    """A practice in which two people live through some weeks, each with much that is theirs."""

    world: World
    practice: Practice
    relationship: str
    people: dict[str, str]

    def place(self, name: str, more: str = "") -> str:
        return f"/intake/relationships/{self.relationship}/members/{self.people[name]}{more}"

    def ask(self, name: str, kind: str) -> str:
        """Take a request down with someone alone; return the address of its page."""
        page = self.practice.clinician.open(f"/intake/relationships/{self.relationship}")
        page.follow(f"Requests of {name}")
        page.press("Take it down", kind=kind, came="in_person", alone="yes")
        assert "It is taken down" in page.text, page.text
        number = re.findall(r"/requests/([0-9a-f-]{36})\"", page.answer.text)[0]
        return self.place(name, f"/requests/{number}")

    def decide(self, address: str, decision: str = "grant") -> str:
        page = self.practice.clinician.open(address)
        page.press("Keep the decision", decision=decision, reason=REASON)
        return page.text

    def limit(self, name: str) -> str:
        address = self.ask(name, "limit")
        self.decide(address)
        self.world.settle()
        return address

    def erase(self, name: str, *, settle: bool = True) -> str:
        """Ask, let the quiet days pass, and grant it."""
        address = self.ask(name, "erasure")
        self.world.later(days=7)
        said = self.decide(address)
        assert "Everything of theirs has stopped" in said, said
        if settle:
            self.world.settle()
        return address


def lived_in(world: World) -> Story:
    """Two people are known, permit, answer, try something, and are written about."""
    practice = new_practice(world)
    relationship = practice.open_relationship(*NAMES)
    page = practice.clinician.open(f"/intake/relationships/{relationship}")
    links = [href for says, href in page.page.links if says.startswith("Consent of ")]
    people = {name: href.split("/")[-2] for name, href in zip(NAMES, links, strict=True)}
    story = Story(world, practice, relationship, people)
    for name in NAMES:
        practice.fill_in_card(relationship, name, MAIL[name])
        practice.consent_alone(relationship, name)
        page = practice.clinician.open(story.place(name, "/talk"))
        page.press("Keep it", alone="yes", notes=NOTES[name])
    world.settle()
    _write(story)
    _answer_letters(story)
    _offer(story)
    return story


def _write(story: Story) -> None:
    about = f"/sessions/relationships/{story.relationship}"
    page = story.practice.clinician.open(f"{about}/entries/new")
    wishes = {f"wish-{story.people[name]}": words for name, words in WISHES.items()}
    page.press("Keep the entry", kind="session", **wishes)
    assert all(words in page.text for words in WISHES.values()), page.text


def _answer_letters(story: Story) -> None:
    """Let everyone answer their first form, each with a number of their own."""
    numbers = dict(zip(story.people.values(), ("7", "3"), strict=True))
    for due_at, person in sorted(first_occasions(story.practice)):
        story.world.at(due_at)
        link = letters(story.practice)[0]
        member = story.world.browser().open(link).press("Start")
        member.press("Send", alone="yes", Q01=numbers[person], Q02="8")
        assert "Thank you" in member.text, member.text
        story.world.settle()


def _offer(story: Story) -> None:
    page = story.practice.clinician.open(f"/sessions/relationships/{story.relationship}/plan/menu")
    page.follow("Ten minutes together").press("Offer it", checked=["fits", "clear"])
    for name in NAMES:
        page.follow(f"Ask {name}").press("Keep the answer", **YES_ALONE)
    page.press("Release it")
    assert "Being tried" in page.text, page.text
    story.world.settle()


@pytest.fixture
def story(world: World) -> Story:
    return lived_in(world)


@ON_BOTH
@pytest.mark.requirement("INT-20", "INT-03")
def test_a_copy_holds_what_all_services_keep_of_one_person_and_nothing_of_anyone_else(story, world):
    address = story.ask("Robinetta", "access")
    story.decide(address)

    page = story.practice.clinician.open(address)
    page.press("Show it, to read or print")
    shown = page.text
    files = ZipFile(BytesIO(page.open(address).press("Files").answer.content))
    copy, bundle = (json.loads(files.read(name)) for name in ("copy.json", "fhir.json"))

    # Their own data, from every service
    assert copy["person"]["name"] == "Robinetta"
    assert copy["contact"]["email"] == MAIL["Robinetta"]
    assert {one["about"] for one in copy["consent"]} >= {"E-mails with a short form"}
    [form] = copy["reminders"]["forms"]
    assert {one["code"]: one["answer"] for one in form["answers"]}["Q01"] == 7
    [word] = copy["sessions"]["said_to_offers"]
    assert (word["said"], word["text_shown"]["version"]) == ("yes", 1)
    assert word["text_shown"]["question"] in shown
    [consent] = [
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Consent"
    ]
    permitted = {one["code"][0]["coding"][0]["code"] for one in consent["provision"]["provision"]}
    assert word["evidence"]["purpose"] in permitted
    assert copy["sessions"]["answers_read_by_the_clinician"][0]["answers"]["Q01"] == 7
    assert "Robinetta" in shown
    assert "Ten minutes together" in shown

    # Nothing of anyone else, and nothing that only the clinician reads
    foreign = ("Amalberto", MAIL["Amalberto"], story.people["Amalberto"], *WISHES.values())
    for text in (shown, json.dumps(copy), json.dumps(bundle)):
        assert [word for word in (*foreign, *NOTES.values()) if word in text] == []

    # Two libraries of others read it
    strict, other = R4Bundle(jsondict=bundle, strict=True), R4BBundle.model_validate(bundle)
    kinds = Counter(entry.resource.resource_type for entry in strict.entry)
    assert kinds == {"Patient": 1, "Consent": 1, "QuestionnaireResponse": 1}
    assert len(other.entry) == 3
    [answers] = [e.resource for e in strict.entry if e.resource.resource_type[0] == "Q"]
    assert answers.subject.reference == f"Patient/{story.people['Robinetta']}"
    assert answers.item[0].answer[0].valueInteger is not None or answers.item[0].linkId

    # It is in the trail of all who gave something, each time, before it left
    assert exported(story) == {"intake": 2, "sessions": 2, "reminders": 2, "reports": 0}


@pytest.mark.requirement("PLT-20")
def test_nobody_gives_a_share_to_a_service_that_acts_for_nobody(story, world):
    feeds, clinic = world.services["intake"].feeds, clinic_of(world)
    for kind in ("sessions.person", "reminders.person"):
        [teller, _] = kind.split(".")
        reference = Reference(kind, clinic, UUID(story.people["Robinetta"]), 1)

        assert feeds.content(teller, kind, [reference]) == {}


@ON_BOTH
@pytest.mark.requirement("INT-08", "RPT-03")
def test_a_limit_stops_all_that_is_optional_and_keeps_the_care(story, world):
    before = Counter(inboxes(story))
    address = story.limit("Robinetta")
    running = states_of_plans(world)
    for _ in range(3):
        world.later(days=7)

    after = Counter(inboxes(story))
    assert after[MAIL["Robinetta"]] == before[MAIL["Robinetta"]]
    assert after[MAIL["Amalberto"]] == before[MAIL["Amalberto"]] + 3
    assert running == [PlanState.ENDED]
    page = story.practice.clinician.open(f"/sessions/relationships/{story.relationship}/plan/menu")
    page.follow("Ten minutes together").press("Offer it", checked=["fits", "clear"])
    assert "Nothing new can be offered here right now" in page.text
    course = story.practice.clinician.open(f"/sessions/relationships/{story.relationship}").text
    assert all(words in course for words in WISHES.values())

    # Lifted, nothing comes back by itself; asked again, it does
    story.practice.clinician.open(address).press("Lift it")
    world.later(days=14)
    assert Counter(inboxes(story))[MAIL["Robinetta"]] == before[MAIL["Robinetta"]]
    story.practice.consent_alone(story.relationship, "Robinetta")
    world.later(days=14)
    assert Counter(inboxes(story))[MAIL["Robinetta"]] > before[MAIL["Robinetta"]]
    page = story.practice.clinician.open(f"/sessions/relationships/{story.relationship}/plan/menu")
    page.follow("Ten minutes together").press("Offer it", checked=["fits", "clear"])
    assert "It is offered" in page.text, page.text


@ON_BOTH
@pytest.mark.timeout(300)
@pytest.mark.requirement("INT-20", "INT-19", "PLT-08", "PLT-17")
def test_an_erasure_is_answered_by_every_service_and_leaves_the_others_as_they_were(story, world):
    clinician, about = story.practice.clinician, f"/relationships/{story.relationship}"
    series = f"/sessions{about}/series/{story.people['Amalberto']}"
    drawn = chart_tables(clinician.open(series))
    assert "3" in drawn
    address = story.erase("Robinetta")

    # Each service says what it stopped, removed and destroyed
    page = clinician.open(address)
    assert "Not answered yet" not in page.text
    assert page.text.count("Done") == 4
    assert "Carried out" in page.text
    receipts = rows_of_table(page)
    assert [row[0].split(":")[0] for row in receipts] == [
        "Intake",
        "Sessions",
        "Reminders",
        "Reports",
    ]
    stopped, removed, keys = ([int(row[column]) for row in receipts] for column in (3, 4, 5))
    assert min(stopped) >= 1
    assert min(removed[:3]) >= 1
    assert keys == [3, 2, 2, 0]
    assert "The record of care stays" in page.press("Receipt to print").text

    # Nobody can read what was theirs, with all keys that are left
    for service in world.services.values():
        service.store.keys.forget()
    readable = {name: " ".join(opened(one)) for name, one in world.working.items()}
    theirs = ("Robinetta", MAIL["Robinetta"], NOTES["Robinetta"])
    assert {name: [w for w in theirs if w in text] for name, text in readable.items()} == {
        name: [] for name in readable
    }
    assert NOTES["Amalberto"] in readable["intake"]
    assert all(words in readable["sessions"] for words in WISHES.values())
    for name in world.services:
        backup = world.backup(name)
        assert [word for word in theirs if word.encode() in backup] == []

    # The others' pages, their series and the conjoint record stay
    assert chart_tables(clinician.open(series)) == drawn
    course = clinician.open(f"/sessions{about}").text
    assert all(words in course for words in WISHES.values())
    assert "Robinetta" not in course
    for path in (
        f"/sessions{about}/plan",
        series,
        f"/intake{about}",
        story.place("Amalberto", "/talk"),
        "/reminders/schedules",
        "/reminders/mailbox",
        "/sessions/",
    ):
        assert clinician.open(path).status == 200, path
        assert "Robinetta" not in clinician.text

    # Nothing is left behind, the trail still holds, and nothing waits
    assert "broken" not in verified(world)
    for service in world.services.values():
        with service.store.engine.connect() as connection:
            assert connection.execute(select(undelivered)).all() == []
            assert connection.execute(select(wanted)).all() == []
    sent = Counter(inboxes(story))
    for _ in range(3):
        world.later(days=7)
    assert Counter(inboxes(story)) == sent + Counter({MAIL["Amalberto"]: 3})


@pytest.mark.requirement("PLT-08")
def test_an_older_backup_says_no_more_about_someone_erased_than_the_present_does(
    story, world, tmp_path
):
    kept = {name: copied(world.folder / f"{name}.sqlite", tmp_path) for name in world.services}
    before = {name: " ".join(opened(one, kept[name])) for name, one in world.services.items()}
    assert NOTES["Robinetta"] in before["intake"]
    assert MAIL["Robinetta"] in before["reminders"]

    story.erase("Robinetta")

    for name, service in world.services.items():
        service.store.keys.forget()
        after = " ".join(opened(service, kept[name]))
        assert "Robinetta" not in after.replace(WISHES["Robinetta"], "")
        assert MAIL["Robinetta"] not in after
        if name == "sessions":
            assert all(words in after for words in WISHES.values())
        if name == "intake":
            assert NOTES["Amalberto"] in after


@pytest.mark.requirement("PLT-17")
def test_the_trail_no_longer_leads_to_someone_erased(story, world):
    person, clinic = UUID(story.people["Robinetta"]), clinic_of(world)
    services = ("intake", "sessions", "reminders")
    before = [world.services[one].store.keys.known_pseudonym(clinic, person) for one in services]

    story.erase("Robinetta")

    after = [world.services[one].store.keys.known_pseudonym(clinic, person) for one in services]
    assert before[0] is not None
    assert after == [None, None, None]
    assert "broken" not in verified(world)


@pytest.mark.requirement("INT-20", "PLT-14")
@pytest.mark.parametrize("dies", ["reminders", "sessions", "intake"])
def test_whoever_dies_between_destroying_and_answering_answers_once(story, world, dies):
    address = story.erase("Robinetta", settle=False)
    everyone_hears(world)
    store = world.services[dies].store
    kind, forgets = KINDS[dies]

    with pytest.raises(PowerCut):
        erasure.end_due(store, kind, forget=forgets, settle=cut, now=world.clock.at)
    gone = story.practice.clinician.open(address).text
    world.settle()
    world.settle()

    assert "Not answered yet" in gone
    page = story.practice.clinician.open(address)
    assert "Not answered yet" not in page.text
    assert "Carried out" in page.text
    assert [len(answers(world, one)) for one in ("sessions", "reminders", "reports")] == [1, 1, 1]
    keys = {row[0].split(":")[0].lower(): int(row[5]) for row in rows_of_table(page)}
    assert keys == {"intake": 3, "sessions": 2, "reminders": 2, "reports": 0}


@pytest.mark.requirement("INT-20")
def test_a_service_that_does_not_answer_stays_visible_as_open(story, world):
    address = story.erase("Robinetta", settle=False)

    page = story.practice.clinician.open(address)

    assert page.text.count("Not answered yet") == 4
    assert "Being carried out" in page.text
    assert page.press("Receipt to print").text.count("Not answered yet") == 4


@pytest.mark.timeout(400)
@pytest.mark.requirement("INT-20", "CHK-15")
def test_a_partner_gets_the_same_letters_at_the_same_times_whatever_was_asked(tmp_path):
    def nothing(story: Story) -> None:
        story.world.later(days=7)
        story.world.settle()

    def called_off(story: Story) -> None:
        address = story.ask("Robinetta", "erasure")
        story.world.later(days=7)
        story.practice.clinician.open(address).press("They call it off")

    def limited(story: Story) -> None:
        story.limit("Robinetta")
        story.world.later(days=7)

    def erased(story: Story) -> None:
        story.erase("Robinetta")

    begun = World(tmp_path)
    told = lived_in(begun)
    begun.stop()

    acts = (nothing, called_off, limited, erased)
    seen = [_letters_of_partner(told, tmp_path.with_name(act.__name__), act) for act in acts]

    assert seen[0].count("Open the link") >= 4
    assert seen[1:] == [seen[0]] * 3


def _letters_of_partner(told: Story, folder: Path, act) -> str:
    """Return all letters to the partner, word for word with their times, over some weeks."""
    shutil.copytree(told.world.folder, folder)
    world = World(folder)
    world.clock.at = told.world.clock.at
    try:
        practice = Practice(world, world.browser(), world.sign_in("clinician@harbour.example"))
        story = Story(world, practice, told.relationship, told.people)
        act(story)
        for _ in range(3):
            world.later(days=7)
        page = story.practice.clinician.open("/reminders/mailbox").answer.text
    finally:
        world.stop()
    [inbox] = [part for part in page.split("<section") if MAIL["Amalberto"] in part]
    return " ".join(re.sub(r"<[^>]+>", " ", f"<section{inbox}").split())


class PowerCut(Exception):
    """Someone pulled the plug."""


def cut(*_anything) -> None:
    raise PowerCut


KINDS = {
    "intake": (intake_models.ErasedPerson, intake_forget),
    "sessions": (sessions_models.ErasedPerson, sessions_forget),
    "reminders": (reminders_models.ErasedPerson, reminders_forget),
}
"""The table of those who are gone in each service, and how it forgets someone."""


def everyone_hears(world: World) -> None:
    """Let every service hear what was told, and no clock tick."""
    for service in world.working.values():
        repair = service.repair()
        for stream in streams_for(service.name):
            for partition in range(stream.partitions):
                repair.read_up((stream.name, partition))


def answers(world: World, service: str) -> list[str]:
    """Return what a service told of requests that it settled."""
    with world.services[service].store.engine.connect() as connection:
        told = select(outbox.c.cloud_event).where(outbox.c.stream == f"{service}.settled")
        return list(connection.execute(told).scalars())


def exported(story: Story) -> dict[str, int]:
    """Return how often each service's trail says that something of Robinetta was given out."""
    person, clinic, found = UUID(story.people["Robinetta"]), clinic_of(story.world), {}
    for name, service in story.world.services.items():
        pseudonym = service.store.keys.known_pseudonym(clinic, person)
        rows = select(audit_entry).where(
            audit_entry.c.act == "exported", audit_entry.c.subject == pseudonym
        )
        with reading(story.world, name) as work:
            found[name] = len(work.session.execute(rows).all()) if pseudonym else 0
    return found


def clinic_of(world: World) -> UUID:
    with world.services["intake"].store.engine.connect() as connection:
        return (
            connection.execute(select(outbox.c.clinic_id).where(outbox.c.stream == "intake.people"))
            .scalars()
            .first()
        )


def reading(world: World, service: str):
    """Open a transaction of a service that reads the clinic's rows."""
    store = world.services[service].store
    return store.reading(clinics={clinic_of(world)}, actor=system(service))


def states_of_plans(world: World) -> list[PlanState]:
    with reading(world, "sessions") as work:
        return list(work.session.scalars(select(Plan.state)))


def inboxes(story: Story) -> list[str]:
    """Return the address of each letter in the mailbox."""
    page = story.practice.clinician.open("/reminders/mailbox").answer.text
    found = []
    for part in page.split("<section")[1:]:
        [to] = set(re.findall(r"[a-z]+@mail\.example", part))
        found += [to] * part.count("Open the link")
    return found


def rows_of_table(page) -> list[list[str]]:
    """Return the cells of the page's table, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.answer.text, flags=re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows[1:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def verified(world: World) -> str:
    return " ".join(world.attune("audit", "verify", name) for name in world.services)


def copied(file: Path, folder: Path) -> str:
    """Return the address of a backup of a database as it is now."""
    into = folder / f"older-{file.name}"
    with sqlite3.connect(file) as source, sqlite3.connect(into) as target:
        source.backup(target)
    return f"sqlite:///{into}"


def opened(service: Service, url: str = "") -> Iterator[str]:
    """Yield every sealed value of a database that some key still opens, as text."""
    engine = create_engine(url) if url else service.store.engine
    for table in service.store.metadata.sorted_tables:
        for column in [one for one in table.c if "scope" in one.info]:
            for row in rows_of(service, engine, table):
                if row[column] is not None:
                    with suppress(KeyGone, Tampered):
                        yield service.store.keys.open(place_in(column, row), row[column]).decode()


def rows_of(service: Service, engine, table) -> list:
    """Return all rows of a table, of all clinics."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            clinics = connection.execute(select(outbox.c.clinic_id).distinct()).scalars().all()
            narrow(connection, clinics, Reach.CLINICS)
        return connection.execute(select(table)).mappings().all()


def place_in(column, row) -> Place:
    table, scope = column.table, column.info["scope"]
    clinic = row[table.c.clinic_id] if "clinic_id" in table.c else UUID(int=0)
    whose = clinic if scope is Scope.CLINIC else row[table.c[column.info["subject"]]]
    return Place(clinic, scope, whose, table.name, column.name, row[table.c.id])
