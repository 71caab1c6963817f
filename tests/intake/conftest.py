"""An intake of one organization with two clinics, and visitors who come to it."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from services.intake.app import create_service
from services.intake.consent import usecases as consent
from services.intake.directory import usecases as directory
from services.intake.directory.domain import ClinicDetails, Posting
from services.intake.directory.models import StaffAccount
from services.intake.people import queries
from services.intake.people import usecases as people
from services.intake.people.domain import Details, NewMember
from services.intake.people.models import Relationship
from shared.auth.actors import Actor, Role, system
from shared.clock import Clock
from shared.contracts import Event
from shared.events.tables import outbox
from shared.service import Service
from shared.settings import Mode, Settings
from tests.outboxes import event_of
from tests.visitors import Visitor

PASSWORD = "a good password"
POLICY = "terms.limited"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STAFF_HOST = "localhost:8000"
MEMBER_HOST = "127.0.0.1:8000"


class Stopped(Clock):
    """A clock that stands where a test puts it."""

    def __init__(self, at: datetime):
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


@dataclass
class House:
    """What a test needs to know of the intake that it visits."""

    service: Service
    clock: Stopped
    wall_clock: Stopped
    organization_id: UUID
    clinic: UUID
    hill: UUID
    staff: dict[str, UUID]

    def work(self, actor: Actor | None = None) -> Any:
        """Open a transaction for both clinics."""
        clinics = {self.clinic, self.hill}
        return self.service.store.unit_of_work(clinics=clinics, actor=actor or system("intake"))

    def visitor(self, name: str) -> Visitor:
        """Return a member of staff, signed in by name and password."""
        visitor = Visitor(self.service.app, host=STAFF_HOST)
        answer = visitor.post("/intake/sign-in", {"name": name, "password": PASSWORD})
        assert answer.status_code == 303
        return visitor

    def speaks(self, person_id: UUID, language: str) -> None:
        """Let Ana speak a language from now on."""
        with self.work() as work:
            people.change_details(
                work,
                clinic_id=self.clinic,
                person_id=person_id,
                details=Details(name="Ana", zone="UTC", language=language),
                now=self.clock.now(),
            )

    def member(self) -> Visitor:
        """Return someone on the members' host with an empty browser."""
        return Visitor(self.service.app, host=MEMBER_HOST)

    def told(self, kind: type[Event]) -> list[Any]:
        """Return the facts of a kind that were told, in order."""
        with self.service.store.engine.connect() as connection:
            rows = connection.execute(select(outbox.c.cloud_event).order_by(outbox.c.id))
            texts = [row.cloud_event for row in rows]
        events = [event_of(text) for text in texts]
        return [event for event in events if isinstance(event, kind)]

    def open(self, *names: str, clinician: str = "ines", **more: Any) -> Relationship:
        """Open a relationship of these members."""
        with self.work() as work:
            return people.open_relationship(
                work,
                clinic_id=self.clinic,
                clinician_id=self.staff[clinician],
                members=[NewMember(details=Details(name=n, zone="Europe/Lisbon")) for n in names],
                now=self.clock.now(),
                **more,
            )

    def choose_policy(self, policy: str = POLICY) -> None:
        """Let the clinic choose its policy on what is said alone."""
        with self.work() as work:
            directory.choose_policy(
                work, clinic_id=self.clinic, policy=policy, now=self.clock.now()
            )

    def note_policy(self, *people: UUID, agrees: bool = True, policy: str = POLICY) -> None:
        """Let people, each alone, say of the policy whether they go along with it."""
        for person_id in people:
            with self.work() as work:
                consent.answer(
                    work,
                    clinic_id=self.clinic,
                    person_id=person_id,
                    answers={policy: agrees},
                    now=self.clock.now(),
                )

    def person(self, relationship: Relationship, name: str) -> UUID:
        """Return the id of a member by name."""

        with self.work() as work:
            [facts] = queries.facts_of(work, [relationship], now=self.clock.now())
        return next(m.person_id for m in facts.members if m.details.name == name)

    def page(
        self, relationship: Relationship, person_id: UUID | None = None, more: str = ""
    ) -> str:
        """Return the address of a relationship's page, or of a page about one member."""
        member = f"/members/{person_id}" if person_id else ""
        return f"/intake/relationships/{relationship.id}{member}{more}"

    def seat(self, staff: Visitor, relationship: Relationship, person_id: UUID) -> str:
        """Let staff hand over, and return the path of the seat's address."""
        page = staff.post(self.page(relationship, person_id, "/hand-over"))
        assert page.status_code == 200
        found = re.search(r"http://127\.0\.0\.1:8000(/intake/seat/[\w=-]+)", page.text)
        assert found
        return found.group(1)

    def seated(self, staff: Visitor, relationship: Relationship, person_id: UUID) -> Visitor:
        """Return a member who took their seat."""
        path, member = self.seat(staff, relationship, person_id), self.member()
        taken = member.browser.post(path, base_url=member.base_url)
        assert taken.status_code == 303
        return member


@pytest.fixture
def clock() -> Stopped:
    """A Monday morning."""
    return Stopped(MONDAY)


@pytest.fixture(scope="session")
def founded(tmp_path_factory) -> tuple[Path, Any]:
    """A folder in which Harbour Group was founded, to be copied, and the ids in it."""
    folder, now = tmp_path_factory.mktemp("founded"), MONDAY
    service = create_service(Settings(service="intake", mode=Mode.TEST, data_dir=folder))
    service.store.create_tables()
    clinic, hill = service.store.new_id(), service.store.new_id()
    with service.store.unit_of_work(clinics={clinic, hill}, actor=system("intake")) as work:
        organization = directory.found_organization(work, name="Harbour Group", now=now)
        for clinic_id, name in ((clinic, "Harbour Street"), (hill, "Hill Practice")):
            directory.register_clinic(
                work,
                clinic_id=clinic_id,
                organization_id=organization.id,
                details=ClinicDetails(name=name, zone="Europe/Lisbon", sender=name.split()[0]),
                now=now,
            )
        staff = {
            name: directory.register_staff(
                work,
                organization_id=organization.id,
                name=f"{name.capitalize()} of the staff",
                sign_in=name,
                password=PASSWORD,
                postings=postings,
                starting=False,
                now=now,
            ).id
            for name, postings in (
                ("rui", [Posting(Role.ORGANIZATION_ADMIN)]),
                ("ines", [Posting(Role.CLINICIAN, clinic), Posting(Role.SUPERVISOR)]),
                ("joao", [Posting(Role.CLINICIAN, clinic)]),
                ("marta", [Posting(Role.CLINIC_ADMIN, clinic)]),
                ("olga", [Posting(Role.CLINIC_ADMIN, hill)]),
            )
        }
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        for account in work.session.scalars(select(StaffAccount)):
            work.seal(account, password=quick)
    service.store.engine.dispose()
    return folder, (organization.id, clinic, hill, staff)


@pytest.fixture
def house(tmp_path, founded, clock: Stopped) -> House:
    """Harbour Street and Hill Practice, with their staff."""
    folder, ids = founded
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    settings = Settings(
        service="intake", mode=Mode.TEST, data_dir=tmp_path, broker_prefix=uuid4().hex
    )
    wall_clock = Stopped(datetime.now(UTC))
    service = create_service(settings, clock=clock, wall_clock=wall_clock)
    return House(service, clock, wall_clock, *ids)


@pytest.fixture
def ana_and_noa(house: House) -> Relationship:
    """A relationship of two, treated by Ines."""
    return house.open("Ana", "Noa")


@pytest.fixture
def ana(house: House, ana_and_noa: Relationship) -> UUID:
    """The id of one of the two."""
    return house.person(ana_and_noa, "Ana")


@pytest.fixture
def ines(house: House) -> Visitor:
    """The clinician who treats them, signed in."""
    return house.visitor("ines")
