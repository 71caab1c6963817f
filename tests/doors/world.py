"""A small real world behind the doors: two organizations, and one of everything that is kept.

It is built once, through use cases and workers, and copied for whoever wants to change it.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from sqlalchemy import event, insert, select

from deploy.network import Network, bring_up_to_date, build_service, client_of, settle
from deploy.seed.stage import SetClock
from services.intake.arrivals.domain import read_arrivals
from services.intake.arrivals.usecases import bring_file, import_people
from services.intake.consent import usecases as consent
from services.intake.directory import usecases as directory
from services.intake.directory.domain import CLINIC_ROLES, ClinicDetails, Posting
from services.intake.directory.models import StaffAccount
from services.intake.people import usecases as people
from services.intake.people.domain import (
    Contact,
    Details,
    Device,
    Manner,
    Means,
    NewMember,
    windows_on,
)
from services.intake.people.models import Member
from services.intake.rights.domain import Came
from services.intake.rights.domain import Kind as Asked
from services.intake.rights.domain import State as Standing
from services.intake.rights.models import RightsRequest
from services.reminders.schedules.models import Due, Planning, Schedule
from services.reminders.sending.models import MailboxLetter
from services.reports.releases.models import Release
from services.sessions.plans import usecases as plans
from services.sessions.plans.domain import Said
from services.sessions.plans.models import Plan
from services.sessions.records import usecases as records
from services.sessions.records.domain import Kind, Part
from shared.assembly import new_feeds
from shared.auth.actors import Actor, Door, Role, system
from shared.auth.links import new_secret
from shared.consent.terms import Setting
from shared.contracts.words import Purpose
from shared.events.tables import undelivered
from shared.labels import Label
from shared.service import Service
from shared.settings import SERVICES, Mode, Settings
from tests.doors import keeping
from tests.visitors import Visitor

FOUNDED = datetime(2026, 9, 28, 9, 0, tzinfo=UTC)
AFTER_THE_QUARTER = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a good password"
SECRET = "only for this world, and long enough"
HOURS = windows_on(range(7), time(17), time(22))
PARKED_AT = ("somewhere.else", 0, 7)
STAFF_HOST, MEMBER_HOST = "localhost:8000", "127.0.0.1:8000"
COLUMNS = "relationship,member,email,zone,language,window_days,window_from,window_to,name"
ROWS = ("R1,M1,u@example.org,{},Ulla", "R1,M2,v@example.org,{},Vito")
HOW = "Europe/Lisbon,en,mon tue,17:00,22:00"
FILE = "\n".join((COLUMNS, *(row.format(HOW) for row in ROWS), ""))
THREE, TWO, HELD, FREE = ("Ana", "Noa", "Kit"), ("Bo", "Cy"), ("Flo", "Gil"), ("Di", "Ed")
"""Members of the relationships of each house; the last member of ``HELD`` is paused, and ``FREE``
has nothing on offer."""
PAUSED_PLACE = 2
"""Where a house keeps the relationship of which a member is paused."""

REQUESTS = {
    "waiting": (Asked.ACCESS, Standing.WAITING),
    "copy": (Asked.ACCESS, Standing.GRANTED),
    "limit": (Asked.LIMIT, Standing.GRANTED),
    "erasure": (Asked.ERASURE, Standing.SETTLED),
}
"""What the first member of each household asked for, and where it stands."""

POLICY = "terms.limited"
BOTH = {POLICY: True, Purpose.CHECKIN_EMAIL: True, Purpose.REPORT_AGGREGATE: True}

Told = Callable[[str], Mapping[str, Any]]


@dataclass
class Household:
    """A relationship with one of everything that hangs on it.

    What is kept of one member is that of the first of ``people``; the last one is paused.
    ``said`` is how often each answered about consent.
    """

    clinic_id: UUID
    clinician_id: UUID
    relationship_id: UUID
    people: list[UUID]
    entry_id: UUID = field(default_factory=uuid4)
    plan_id: UUID = field(default_factory=uuid4)
    schedule_id: UUID = field(default_factory=uuid4)
    schedule_version: int = 1
    request_ids: dict[str, UUID] = field(default_factory=lambda: {one: uuid4() for one in REQUESTS})
    talk_id: UUID = field(default_factory=uuid4)
    questionnaire_id: UUID = field(default_factory=uuid4)
    said: dict[UUID, int] = field(default_factory=dict)


@dataclass
class House:
    """An organization with one clinic, a member of staff for each role, and what is kept there."""

    organization_id: UUID
    clinic_id: UUID
    staff: dict[Role, UUID] = field(default_factory=dict)
    colleague_id: UUID = field(default_factory=uuid4)
    households: list[Household] = field(default_factory=list)
    release_id: UUID = field(default_factory=uuid4)
    file_ids: dict[Role, UUID] = field(default_factory=dict)

    def sign_in_of(self, role: Role) -> str:
        """Return the name by which someone of this house signs in."""
        return f"{role}@{self.clinic_id}"

    def reach(self, role: Role) -> list[UUID]:
        """Return the clinics for which a role of this house acts."""
        return [self.clinic_id]

    def actor(self, role: Role, staff_id: UUID | None = None) -> Actor:
        """Return someone of this house as the one who acts."""
        return Actor(
            door=Door.STAFF,
            id=staff_id or self.staff[role],
            role=role,
            clinics=frozenset({self.clinic_id}),
            organization_id=self.organization_id,
            opens=frozenset(Label),
        )


@dataclass
class Known:
    """What a test needs to know of the world: ids, the time, and the links that are open.

    ``link`` leads to a form of reminders, ``asking`` to questions of intake.
    """

    at: datetime
    own: House
    foreign: House
    link: str = ""
    asking: str = ""


class World:
    """The four services on one folder, with the clock where it was left.

    ``told`` says what else the settings of each service hold.
    """

    def __init__(self, folder: Path, at: datetime, told: Told = lambda _: {}):
        self.folder = folder
        self.clock = SetClock(at)
        self.services: Network = {}
        clients = {name: client_of(name, self.services) for name in SERVICES}
        prefix = f"doors{uuid4().hex[:8]}"
        for name in SERVICES:
            settings = Settings(
                **{
                    "service": name,
                    "mode": Mode.TEST,
                    "data_dir": folder,
                    "broker_prefix": prefix,
                    "secret_key": SECRET,
                    **told(name),
                }
            )
            feeds = new_feeds(settings, clients)
            service = build_service(name, settings, clock=self.clock, feeds=feeds)
            if service.store.engine.dialect.name == "sqlite":
                event.listen(service.store.engine, "connect", _write_fast)
            self.services[name] = service

    def keep(self) -> None:
        """Keep how everything stands, to come back to it."""
        self.rest()
        shutil.copytree(self.folder, self._kept, dirs_exist_ok=True)

    def rewind(self) -> None:
        """Let everything be as it was when it was kept."""
        self.rest()
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)
        for service in self.services.values():
            service.store.keys.forget()

    @property
    def _kept(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-kept")

    def rest(self) -> None:
        """Close every database; the next who asks opens them anew."""
        for service in self.services.values():
            service.store.engine.dispose()
            service.store.keys.store.engine.dispose()

    def work(self, name: str, *clinics: UUID, actor: Actor | None = None) -> Any:
        """Open a transaction in a service."""
        store = self.services[name].store
        return store.unit_of_work(clinics=clinics, actor=actor or system(name))


def build(
    folder: Path,
    told: Told = lambda _: {},
    prepare: Callable[[Service], None] = bring_up_to_date,
) -> tuple[World, Known]:
    """Return the world, and what is to be known of it; ``prepare`` makes what tables it lacks."""
    world = World(folder, FOUNDED, told)
    for service in world.services.values():
        prepare(service)
    own, foreign = (_found(world, name) for name in ("Harbour", "Lantern"))
    _at(world, AFTER_THE_QUARTER)
    for house in (own, foreign):
        _fill(world, house)
    known = Known(world.clock.at, own, foreign)
    known.link = _wait_for_letters(world, own)
    known.at = world.clock.at
    for house in (own, foreign):
        _finish(world, house)
        for household in house.households:
            _ask(world, house, household)
        _keep(world, house)
    known.asking = _ask_by_link(world, own)
    for name in world.services:
        _park(world, name, own.clinic_id)
    world.rest()
    return world, known


def _write_fast(connection: Any, _record: object) -> None:
    """Leave it to the operating system when to write: what is lost is built again."""
    connection.execute("PRAGMA synchronous=OFF")


def _at(world: World, at: datetime) -> None:
    world.clock.at = at
    settle(world.services)


def _found(world: World, name: str) -> House:
    store, now = world.services["intake"].store, world.clock.at
    clinic_id = store.new_id()
    with world.work("intake", clinic_id) as work:
        organization = directory.found_organization(work, name=name, now=now)
        directory.register_clinic(
            work,
            clinic_id=clinic_id,
            organization_id=organization.id,
            details=ClinicDetails(
                name=f"{name} Street", zone="Europe/Lisbon", sender=name, help="Call 112."
            ),
            now=now,
        )
        directory.choose_policy(work, clinic_id=clinic_id, policy=POLICY, now=now)
        house = House(organization.id, clinic_id)
        for role in Role:
            house.staff[role] = _register(work, house, role, house.sign_in_of(role), now)
        house.colleague_id = _register(
            work, house, Role.CLINICIAN, f"second-clinician@{clinic_id}", now
        )
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        for account in work.session.scalars(select(StaffAccount)):
            work.seal(account, password=quick)
    return house


def _register(work: Any, house: House, role: Role, sign_in: str, now: datetime) -> UUID:
    account = directory.register_staff(
        work,
        organization_id=house.organization_id,
        name=f"Staff {role}",
        sign_in=sign_in,
        password=PASSWORD,
        postings=[Posting(role, house.clinic_id if role in CLINIC_ROLES else None)],
        starting=False,
        now=now,
    )
    return account.id


def _fill(world: World, house: House) -> None:
    first, second = house.staff[Role.CLINICIAN], house.colleague_id
    for clinician_id, names in ((first, THREE), (second, TWO), (first, HELD), (first, FREE)):
        house.households.append(_open(world, house, clinician_id, names))
    for household in house.households:
        _meet(world, house, household)
    settle(world.services)
    for household in house.households:
        _record(world, house, household)
    _pause(world, house, house.households[PAUSED_PLACE])
    settle(world.services)


def _open(world: World, house: House, clinician_id: UUID, names: tuple[str, ...]) -> Household:
    now = world.clock.at
    with world.work("intake", house.clinic_id) as work:
        opened = people.open_relationship(
            work,
            clinic_id=house.clinic_id,
            clinician_id=clinician_id,
            members=[_member(name, house) for name in names],
            label=f"The {names[0]} house",
            spoken_alone=True,
            now=now,
        )
        who = select(Member.person_id).where(Member.relationship_id == opened.id)
        found = Household(house.clinic_id, clinician_id, opened.id, list(work.session.scalars(who)))
        for person_id in found.people:
            key = {"clinic_id": house.clinic_id, "person_id": person_id}
            consent.answer(work, **key, answers=BOTH, now=now)
    return found


def _ask(world: World, house: House, household: Household) -> None:
    """Keep what the first member asked for, of each kind."""
    with world.work("intake", house.clinic_id) as work:
        for name, (kind, state) in REQUESTS.items():
            request = RightsRequest(
                clinic_id=house.clinic_id,
                id=household.request_ids[name],
                relationship_id=household.relationship_id,
                person_id=household.people[0],
                kind=kind,
                came=Came.IN_PERSON,
                state=state,
                taken_at=world.clock.at,
                taken_by=household.clinician_id,
            )
            work.seal(request, reason="They want this freely.")
            work.add(request)


def _meet(world: World, house: House, household: Household) -> None:
    with _treating(world, house, household) as work:
        for person_id in household.people:
            keeping.meet(work, household.relationship_id, person_id, world.clock.at)


def _pause(world: World, house: House, household: Household) -> None:
    with _treating(world, house, household) as work:
        keeping.pause(work, household.relationship_id, household.people[-1], world.clock.at)


def _treating(world: World, house: House, household: Household) -> Any:
    actor = house.actor(Role.CLINICIAN, household.clinician_id)
    return world.work("intake", house.clinic_id, actor=actor)


def _member(name: str, house: House) -> NewMember:
    details = Details(name=name, zone="Europe/Lisbon", language="en", pronouns="they/them")
    email = f"{name.lower()}.{house.clinic_id.hex[-6:]}@example.org"
    contact = Contact(
        email=email,
        private=True,
        windows=HOURS,
        means=frozenset({Means.EMAIL}),
        checked=frozenset({Means.EMAIL}),
        manner=Manner(device=Device.NOBODY),
    )
    return NewMember(details=details, contact=contact)


def _record(world: World, house: House, household: Household) -> None:
    """Write an entry and correct it; offer, end, and offer again."""
    now = world.clock.at
    actor = house.actor(Role.CLINICIAN, household.clinician_id)
    parts = {person: {Part.BEHAVIOUR: "talked", Part.WISH: "rest"} for person in household.people}
    with world.work("sessions", house.clinic_id, actor=actor) as work:
        household.entry_id = records.write_entry(
            work,
            relationship_id=household.relationship_id,
            kind=Kind.SESSION,
            happened_on=date(2026, 11, 1),
            parts=parts,
            now=now,
        ).id
        records.correct_entry(
            work,
            entry_id=household.entry_id,
            seen=1,
            happened_on=date(2026, 11, 1),
            parts=parts,
            reason="a slip",
            now=now,
        )
        first = _offer(work, household, now)
        plans.take_back_offer(work, plan_id=first.id, now=now)
        household.plan_id = first.id
        keeping.say_as_before_texts_were_kept(
            work, house.clinic_id, first.id, household.people[0], now
        )
        if household is not house.households[-1]:
            household.plan_id = _offer(work, household, now).id


def _offer(work: Any, household: Household, now: datetime) -> Plan:
    offered = plans.offer_plan(
        work, relationship_id=household.relationship_id, experiment="X01", known=True, now=now
    )
    for person_id in household.people:
        plans.record_answer(
            work,
            plan_id=offered.id,
            person_id=person_id,
            said=Said.YES,
            setting=Setting.ALONE_AT_CLINIC,
            now=now,
        )
    return offered


def _wait_for_letters(world: World, house: House) -> str:
    """Let days pass until a member answered, and another letter came; return its link, open."""
    household, answered = house.households[0], False
    for _ in range(100):
        for letter in _letters(world, house):
            fresh = letter["arrived_at"] == world.clock.at
            if fresh and answered:
                return str(letter["link"])
            if fresh and letter["person_id"] in household.people:
                _answer(world, letter["link"])
                answered = True
                household.people.remove(letter["person_id"])
                household.people.insert(0, letter["person_id"])
                break
        _at(world, max(next_due(world), world.clock.at + timedelta(minutes=30)))
    raise AssertionError("No second letter came.")


def next_due(world: World) -> datetime:
    """Return when reminders has something to do next."""
    with world.services["reminders"].store.claiming() as work:
        times = [
            *work.session.scalars(select(Planning.plan_at)),
            *work.session.scalars(select(Due.next_try_at)),
        ]
    return min(times, default=world.clock.at)


def _letters(world: World, house: House) -> list[dict[str, Any]]:
    with world.work("reminders", house.clinic_id) as work:
        rows = work.session.scalars(
            select(MailboxLetter).order_by(MailboxLetter.arrived_at.desc(), MailboxLetter.id)
        )
        return [
            {**work.open(row, "letter"), "person_id": row.person_id, "arrived_at": row.arrived_at}
            for row in rows
        ]


def _answer(world: World, link: str) -> None:
    member = Visitor(world.services["reminders"].app, host=MEMBER_HOST)
    started = member.post(link.removeprefix(f"http://{MEMBER_HOST}"))
    sent = member.post("/reminders/form", {"Q01": "7", "Q02": "3", "alone": "yes"})
    assert (started.status_code, sent.status_code) == (303, 200), link
    settle(world.services)


def _finish(world: World, house: House) -> None:
    """Bring a list that was brought before, and learn the ids that only workers gave."""
    clinician_id, now = house.staff[Role.CLINICIAN], world.clock.at
    with world.work("intake", house.clinic_id, actor=house.actor(Role.CLINIC_ADMIN)) as work:
        import_people(
            work,
            clinic_id=house.clinic_id,
            clinician_id=clinician_id,
            arrivals=read_arrivals(FILE),
            now=now,
        )
    for role in (Role.CLINIC_ADMIN, Role.ORGANIZATION_ADMIN):
        with world.work("intake", house.clinic_id, actor=house.actor(role)) as work:
            house.file_ids[role] = bring_file(
                work,
                clinic_id=house.clinic_id,
                clinician_id=clinician_id,
                text=FILE.replace("Ulla", "Ursula"),
                now=now,
            ).id
    for household in house.households:
        with world.work("reminders", house.clinic_id) as work:
            wanted = select(Schedule).where(Schedule.person_id == household.people[0])
            found = work.session.scalars(wanted).one()
            household.schedule_id, household.schedule_version = found.id, found.version
    with world.work("reports", house.clinic_id) as work:
        wanted = select(Release.id).where(Release.organization_id == house.organization_id)
        house.release_id = work.session.scalars(wanted).one()


def _keep(world: World, house: House) -> None:
    """Give out questionnaires, and learn the ids of what is kept of the first of each household."""
    now = world.clock.at
    for household in house.households:
        relationship_id, first = household.relationship_id, household.people[0]
        with _treating(world, house, household) as work:
            household.questionnaire_id = keeping.give_out(work, relationship_id, first, now)
            household.talk_id = keeping.talk_with(work, first)
            keeping.permit_long_ago(work, house.clinic_id, first, now)
            household.said = keeping.times_answered(work, household.people)
        with world.work("sessions", house.clinic_id) as work:
            keeping.count(work, relationship_id)


def _ask_by_link(world: World, house: House) -> str:
    """Ask a member by a link; return its address."""
    household, token = house.households[0], new_secret()
    intake = world.services["intake"]
    secret = intake.app.extensions["link_secret"]
    whom = (household.relationship_id, household.people[0])
    with _treating(world, house, household) as work:
        keeping.ask_by_link(work, *whom, secret, token, world.clock.at)
    return f"{intake.settings.member_url}/intake/a/{token}"


def _park(world: World, name: str, clinic_id: UUID) -> None:
    """Set a fact aside in a service, as if its handler had refused it."""
    stream, partition, position = PARKED_AT
    with world.work(name, clinic_id) as work:
        work.session.execute(
            insert(undelivered).values(
                stream=stream,
                partition=partition,
                position=position,
                clinic_id=clinic_id,
                subject_id=uuid4(),
                type="somewhere.else.changed.v1",
                cloud_event="{}",
                status="dead",
                error_class="Refusal",
                error_code="Refusal",
                first_failed_at=world.clock.at,
            )
        )
