"""Sessions with an intake and a reminders beside it that say what a test wants them to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from services.sessions.app import create_service
from shared.assembly import new_feeds, new_service_app, new_store
from shared.auth.actors import Actor, Door, Role, system
from shared.clock import Clock
from shared.columns import new_base
from shared.contracts import Event
from shared.contracts.intake import (
    ClinicRegistered,
    MemberChanged,
    MemberJoined,
    MemberMet,
    RelationshipChanged,
    RelationshipOpened,
)
from shared.contracts.reminders import AvailabilityChanged, FormReceived, PromptSettled
from shared.contracts.streams import streams_of
from shared.contracts.words import PromptOutcome, RelationshipState
from shared.events.content import Provider
from shared.events.sequencing import ensure_heads
from shared.events.tables import outbox
from shared.events.worker import Worker
from shared.labels import Label
from shared.settings import Mode, Settings
from tests.outboxes import event_of
from tests.visitors import Visitor

CLINIC = UUID("11111111-1111-7111-8111-111111111111")
CLINICIAN = UUID("22222222-2222-7222-8222-222222222222")
COLLEAGUE = UUID("33333333-3333-7333-8333-333333333333")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = {
    "intake.clinic": "intake",
    "intake.person": "intake",
    "reminders.form": "reminders",
}


class StillClock(Clock):
    """A clock that stands until a test moves it."""

    def __init__(self, at: datetime):
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


class Line(httpx.BaseTransport):
    """The way to another service, which a test may cut."""

    def __init__(self, app: Any):
        self._way = httpx.WSGITransport(app)
        self.cut = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("cut by the test")
        return self._way.handle_request(request)


@dataclass(frozen=True)
class Together:
    """A relationship that a test told of."""

    id: UUID
    episode: UUID
    people: tuple[UUID, ...]


class House:
    """Sessions, its neighbours, a clock, and visitors."""

    def __init__(self, folder: Path):
        self.clock = StillClock(MONDAY)
        self.contents: dict[tuple[str, UUID], Mapping[str, Any] | None] = {}
        self._folder = folder
        self._prefix = f"t{uuid4().hex[:10]}"
        self._stores, self.lines = {}, {}
        for name in ("intake", "reminders", "reports"):
            self._found_neighbour(name)
        clients = {
            name: httpx.Client(transport=line, base_url=f"http://{name}")
            for name, line in self.lines.items()
        }
        settings = self._settings("sessions")
        self.service = create_service(
            settings, clock=self.clock, feeds=new_feeds(settings, clients)
        )
        self.service.store.create_tables()
        self.worker = Worker(self.service)

    def tell(self, *events: Event) -> None:
        """Record facts with the neighbours that tell them; nothing is heard before ``settle``."""
        for event in events:
            store = self._stores[event.stream.split(".")[0]]
            with store.unit_of_work(clinics={event.clinic_id}, actor=system(store.service)) as work:
                work.record(event)

    def settle(self) -> None:
        """Let sessions hear, fetch and do its jobs until nothing is left to do."""
        for _ in range(50):
            if not self.worker.step():
                return
        raise AssertionError("Sessions does not come to rest.")

    def close(self) -> None:
        """Leave everything."""
        self.worker.stop()
        for store in (*self._stores.values(), self.service.store):
            store.engine.dispose()

    def register(self, *, zone: str = "Europe/Lisbon") -> None:
        """Tell of the clinic."""
        self.contents["intake.clinic", CLINIC] = {"name": "Harbour Street Practice", "zone": zone}
        self.tell(
            ClinicRegistered(
                clinic_id=CLINIC, occurred_at=self.clock.at, organization_id=uuid4(), version=1
            )
        )

    def relationship(self, *names: str, clinician: UUID = CLINICIAN, met: bool = True) -> Together:
        """Tell of a relationship whose members chose these names, and let it be heard.

        ``met``: the clinician has met each of them alone.
        """
        about = Together(uuid4(), uuid4(), tuple(uuid4() for _ in names))
        self.tell(
            RelationshipOpened(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                episode_id=about.episode,
                clinician_id=clinician,
            )
        )
        for person, name in zip(about.people, names, strict=True):
            self.join(about, person, name)
            if met:
                self.meet(about, person)
        self.settle()
        return about

    def join(self, about: Together, person: UUID, name: str) -> None:
        """Tell that a person belongs to a relationship."""
        details = {"name": name, "pronouns": "they/them", "language": "en"}
        self.contents["intake.person", person] = details
        self.tell(
            MemberJoined(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                person_id=person,
                version=1,
            )
        )

    def meet(self, about: Together, person: UUID, *, met: bool = True) -> None:
        """Tell that the clinician has met a member on their own, or has not after all."""
        self.tell(
            MemberMet(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                person_id=person,
                met=met,
                version=1,
            )
        )

    def member_changed(self, about: Together, person: UUID, *, active: bool, version: int) -> None:
        """Tell that a member's details changed, or that they left."""
        self.tell(
            MemberChanged(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                person_id=person,
                active=active,
                version=version,
            )
        )

    def changed(
        self,
        about: Together,
        *,
        state: RelationshipState = RelationshipState.OPEN,
        clinician: UUID = CLINICIAN,
        version: int = 1,
    ) -> None:
        """Tell that a relationship's clinician or state changed."""
        self.tell(
            RelationshipChanged(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                clinician_id=clinician,
                state=state,
                version=version,
            )
        )

    def availability(self, about: Together, *, available: bool, version: int) -> None:
        """Tell whether joint things may be offered."""
        self.tell(
            AvailabilityChanged(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                relationship_id=about.id,
                available=available,
                version=version,
            )
        )

    def form(
        self,
        about: Together,
        person: UUID,
        *,
        answers: Mapping[str, Any] | None = None,
        stop_plan: bool = False,
        arrives: bool = True,
    ) -> UUID:
        """Tell that a person sent a form; its content is there to be fetched if it arrives."""
        form_id = uuid4()
        if arrives:
            self.contents["reminders.form", form_id] = {
                "person_id": str(person),
                "relationship_id": str(about.id),
                "submitted_at": self.clock.at.isoformat(),
                "answers": dict(answers or {}),
                "stop_plan": stop_plan,
            }
        self.tell(
            FormReceived(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                person_id=person,
                relationship_id=about.id,
                form_id=form_id,
            )
        )
        return form_id

    def message(
        self, about: Together, person: UUID, outcome: PromptOutcome = PromptOutcome.ACCEPTED
    ) -> None:
        """Tell how a message to a person was settled."""
        self.tell(
            PromptSettled(
                clinic_id=CLINIC,
                occurred_at=self.clock.at,
                person_id=person,
                relationship_id=about.id,
                prompt_id=uuid4(),
                outcome=outcome,
            )
        )

    def visitor(self, role: Role = Role.CLINICIAN, staff_id: UUID = CLINICIAN) -> Visitor:
        """Return someone of the clinic's staff with a browser of their own."""
        return Visitor(self.service.app).sign_in(role, clinics=[CLINIC], staff_id=staff_id)

    def work(self, staff_id: UUID = CLINICIAN) -> Any:
        """Return a unit of work of a clinician, as the door for people would open it."""
        actor = Actor(
            door=Door.STAFF,
            id=staff_id,
            role=Role.CLINICIAN,
            clinics=frozenset({CLINIC}),
            opens=frozenset(Label),
        )
        return self.service.store.unit_of_work(clinics={CLINIC}, actor=actor)

    def told(self, kind: type[Event]) -> list[Event]:
        """Return what sessions told of one kind, in order, as others would read it."""
        with self.service.store.engine.connect() as connection:
            rows = connection.execute(select(outbox.c.cloud_event).order_by(outbox.c.id))
            texts = [text for (text,) in rows]
        return [event for event in map(event_of, texts) if isinstance(event, kind)]

    def _found_neighbour(self, name: str) -> None:
        settings = self._settings(name)
        store = new_store(settings, new_base().metadata)
        store.create_tables()
        with store.engine.begin() as connection:
            ensure_heads(connection, streams_of(name))
        providers = [
            Provider(kind=kind, audience=frozenset({"sessions"}), provide=self._provide)
            for kind, teller in KINDS.items()
            if teller == name
        ]
        app = new_service_app(f"tests.{name}", settings, store, Clock(), providers)
        self._stores[name], self.lines[name] = store, Line(app)

    def _provide(self, work: Any, references: Any) -> dict[Any, Any]:
        return {
            one: self.contents[one.kind, one.subject_id]
            for one in references
            if (one.kind, one.subject_id) in self.contents
        }

    def _settings(self, name: str) -> Settings:
        return Settings(
            service=name, mode=Mode.TEST, data_dir=self._folder, broker_prefix=self._prefix
        )
