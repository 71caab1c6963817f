"""A house for tests: reminders as it is, and tellers that say what intake and sessions would."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.reminders.app import create_service
from services.reminders.schedules.models import Due, Planning, Prompt, Schedule
from services.reminders.sending.gateways import Gateway
from services.reminders.sending.models import MailboxLetter
from shared.assembly import new_feeds
from shared.auth.actors import Role, system
from shared.contracts import Event
from shared.contracts.intake import (
    ClinicRegistered,
    ConsentChanged,
    MemberChanged,
    MemberJoined,
    RelationshipChanged,
    RelationshipOpened,
)
from shared.contracts.words import Purpose, RelationshipState
from shared.events.tables import outbox
from shared.events.worker import Worker
from shared.service import Service
from shared.settings import Mode, Settings, Smtp
from tests.outboxes import event_of
from tests.reminders.teller import HandClock, Teller
from tests.servers.furnishing import furnish
from tests.servers.postgres import Database
from tests.visitors import Visitor

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"
EVENINGS = [{"day": day, "from": "17:00", "to": "22:00"} for day in range(7)]
POLICY = "terms.limited"
HELP = "Helpline for everyone: 0800 000 000\nAt night: 0800 000 001"
MEMBERS_HOST = "127.0.0.1:8000"


class House:
    """Reminders with one clinic; its neighbours tell what a test lets them tell.

    On PostgreSQL ``working`` is the same service under the role of a worker, as in production.
    """

    def __init__(
        self,
        folder: Path,
        *,
        gateway: Gateway | None = None,
        smtp: Smtp | None = None,
        database: Database | None = None,
        at: datetime = START,
        clinic_id: UUID | None = None,
        **more: Any,
    ):
        self.clock = HandClock(at)
        self.intake = Teller("intake", folder, self.clock)
        self.sessions = Teller("sessions", folder, self.clock)
        self.settings = Settings(
            service="reminders",
            mode=Mode.TEST,
            data_dir=folder,
            broker_prefix=f"test-{uuid4().hex[:8]}",
            smtp=smtp or Smtp(),
            database_url=database.url if database else "",
            **more,
        )
        self.reminders = self.working = self._service(self.settings, gateway)
        if database:
            as_worker = replace(self.settings, database_url=database.worker_url)
            self.working = self._service(as_worker, gateway)
        furnish(self.reminders.store)
        self.worker = Worker(self.working)
        self.clinic_id = clinic_id or uuid4()
        self.clinician_id = uuid4()
        self._versions: dict[Any, int] = {}
        if clinic_id is None:
            self._register()

    def _service(self, settings: Settings, gateway: Gateway | None) -> Service:
        clients = {teller.settings.service: teller.client() for teller in self.tellers}
        feeds = new_feeds(settings, clients)
        return create_service(settings, clock=self.clock, feeds=feeds, gateway=gateway)

    @property
    def tellers(self) -> tuple[Teller, Teller]:
        """The two neighbours that reminders listens to."""
        return self.intake, self.sessions

    def close(self) -> None:
        """Let go of every connection."""
        self.worker.parts.listener.stop()
        self.worker.parts.relay.stop()
        tellers = (teller.store for teller in self.tellers)
        for store in (self.reminders.store, self.working.store, *tellers):
            store.engine.dispose()

    # What the neighbours tell

    def open_relationship(self, *members: UUID, relationship_id: UUID | None = None) -> UUID:
        """Let a relationship of these people come into care."""
        relationship_id = relationship_id or uuid4()
        self.intake.tell(
            RelationshipOpened(
                **self._now(),
                relationship_id=relationship_id,
                episode_id=uuid4(),
                clinician_id=self.clinician_id,
            )
        )
        for person_id in members:
            self.intake.tell(
                MemberJoined(
                    **self._now(),
                    relationship_id=relationship_id,
                    person_id=person_id,
                    version=self._next(person_id),
                )
            )
            self.note_policy(person_id)
        return relationship_id

    def describe(self, person_id: UUID, **changes: Any) -> None:
        """Give a person's contact card to whoever asks intake for it."""
        card = {
            "language": "en",
            "zone": BERLIN,
            "channels": {"email": f"{person_id.hex[:8]}@example.org", "sms": None},
            "windows": EVENINGS,
            "verified": {"email": True, "sms": False},
            "private": True,
            "shared": False,
            "box": person_id.hex,
            "confirmed_on": self.clock.now().date().isoformat(),
        }
        self.intake.content["intake.person", person_id] = card | changes

    def change_member(
        self, relationship_id: UUID, person_id: UUID, *, active: bool = True, **changes: Any
    ) -> None:
        """Let a member's card change, or let them leave."""
        self.describe(person_id, **changes)
        self.intake.tell(
            MemberChanged(
                **self._now(),
                relationship_id=relationship_id,
                person_id=person_id,
                active=active,
                version=self._next(person_id),
            )
        )

    def close_relationship(self, relationship_id: UUID) -> None:
        """Let a relationship's care end."""
        self._change(relationship_id, RelationshipState.CLOSED)

    def go_apart(self, relationship_id: UUID) -> None:
        """Let the members of a relationship go on in care, each alone."""
        self._change(relationship_id, RelationshipState.APART)

    def _change(self, relationship_id: UUID, state: RelationshipState) -> None:
        self.intake.tell(
            RelationshipChanged(
                **self._now(),
                relationship_id=relationship_id,
                clinician_id=self.clinician_id,
                state=state,
                version=self._next(relationship_id),
            )
        )

    def consent(self, person_id: UUID, *, permitted: bool = True, **changes: Any) -> None:
        """Let a person agree to short forms by e-mail, or withdraw that."""
        self.intake.tell(self.consent_event(person_id, permitted=permitted, **changes))

    def consent_event(self, person_id: UUID, **changes: Any) -> ConsentChanged:
        """Return the newest revision of a person's consent."""
        now = self.clock.now()
        values: dict[str, Any] = {
            "person_id": person_id,
            "purpose": Purpose.CHECKIN_EMAIL,
            "permitted": True,
            "revision": changes.get("revision") or self._next((person_id, "consent")),
            "valid_from": now,
            "valid_until": now + timedelta(days=365),
        }
        return ConsentChanged(**self._now(), **(values | changes))

    def permit_items(self, person_id: UUID, *, permitted: bool = True, **changes: Any) -> None:
        """Let a person agree to questions on being free to say no, or withdraw that."""
        items = Purpose.CHECKIN_ITEMS
        values = {"purpose": items, "revision": self._next((person_id, items)), **changes}
        self.intake.tell(self.consent_event(person_id, permitted=permitted, **values))

    def note_policy(self, person_id: UUID, *, permitted: bool = True, **changes: Any) -> None:
        """Let a person agree to the clinic's policy on what is said alone, or no longer."""
        policy = Purpose.TERMS_LIMITED
        values = {"purpose": policy, "revision": self._next((person_id, policy)), **changes}
        self.intake.tell(self.consent_event(person_id, permitted=permitted, **values))

    def couple(self, count: int = 2) -> tuple[UUID, list[UUID]]:
        """Return a relationship whose members all agreed, and have been heard of."""
        people = [uuid4() for _ in range(count)]
        for person_id in people:
            self.describe(person_id)
        relationship_id = self.open_relationship(*people)
        for person_id in people:
            self.consent(person_id)
        self.hear()
        return relationship_id, people

    # What reminders does

    def hear(self) -> None:
        """Let reminders hear all that was told, and fetch what it wants."""
        self.worker.parts.listener.catch_up(now=True)
        while self.worker.keep_house():
            pass

    def run(self, *names: str) -> int:
        """Run these jobs until they find nothing more to do."""
        jobs = [job for job in self.working.jobs if job.name in names]
        done = 0
        for job in jobs:
            while did := job.run():
                done += did
        return done

    def pass_time(self, until: datetime, *, at_least: timedelta = timedelta(minutes=30)) -> None:
        """Let time pass from one due thing to the next, with the jobs running as they would."""
        self.run("plan", "send", "settle")
        while self.clock.at < until:
            soon = self.clock.at + at_least
            self.clock.at = min(max(self._next_due(), soon), until)
            self.run("plan", "send", "settle")

    def _next_due(self) -> datetime:
        with self.working.store.claiming() as work:
            times = [
                *work.session.scalars(select(Planning.plan_at)),
                *work.session.scalars(select(Due.next_try_at)),
            ]
        return min(times, default=self.clock.at)

    # What can be seen

    def prompts(self, person_id: UUID | None = None) -> list[Prompt]:
        """Return the prompts of a person, or of all, by date."""
        with self.reading() as work:
            found = work.session.scalars(select(Prompt).order_by(Prompt.due_at)).all()
            work.session.expunge_all()
        return [one for one in found if person_id in (None, one.person_id)]

    def schedule(self, person_id: UUID) -> Schedule:
        """Return a person's first schedule."""
        with self.reading() as work:
            found = work.session.scalars(
                select(Schedule).where(Schedule.person_id == person_id).order_by(Schedule.id)
            ).first()
            work.session.expunge_all()
        return found

    def letters(self, person_id: UUID | None = None) -> list[dict[str, Any]]:
        """Return what lies in the mailbox of this machine, oldest first."""
        with self.reading() as work:
            rows = work.session.scalars(
                select(MailboxLetter).order_by(MailboxLetter.arrived_at, MailboxLetter.id)
            ).all()
            return [
                {**work.open(row, "letter"), "at": row.arrived_at}
                for row in rows
                if person_id in (None, row.person_id)
            ]

    def told(self, kind: type[Event]) -> list[Any]:
        """Return what reminders told of one kind, in order."""

        with self.reminders.store.engine.connect() as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
        told = [event_of(row.cloud_event) for row in rows]
        return [event for event in told if isinstance(event, kind)]

    def reading(self) -> Any:
        """Open reminders' rows of this clinic for reading."""
        return self.reminders.store.reading(clinics={self.clinic_id}, actor=system("reminders"))

    def writing(self) -> Any:
        """Open reminders' rows of this clinic."""
        return self.reminders.store.unit_of_work(
            clinics={self.clinic_id}, actor=system("reminders")
        )

    def staff(self, role: Role = Role.CLINICIAN, staff_id: UUID | None = None) -> Visitor:
        """Return a member of staff of this clinic, signed in."""
        return Visitor(self.reminders.app).sign_in(
            role, clinics=[self.clinic_id], staff_id=staff_id or self.clinician_id
        )

    def member(self) -> Visitor:
        """Return somebody with a browser on the members' host."""
        return Visitor(self.reminders.app, host=MEMBERS_HOST)

    def path_of(self, letter: Mapping[str, Any]) -> str:
        """Return a letter's link as an address on the members' host."""
        return str(letter["link"]).removeprefix(self.settings.member_url)

    def _register(self) -> None:
        self.intake.content["intake.clinic", self.clinic_id] = {
            "name": "Harbour Street Practice",
            "zone": BERLIN,
            "organization_id": str(uuid4()),
            "organization_name": "Harbour Group",
            "sender": "Harbour notes",
            "help": HELP,
            "policy": POLICY,
        }
        self.intake.tell(ClinicRegistered(**self._now(), organization_id=uuid4(), version=1))
        self.hear()

    def _now(self) -> dict[str, Any]:
        return {"clinic_id": self.clinic_id, "occurred_at": self.clock.now()}

    def _next(self, subject: Any) -> int:
        self._versions[subject] = self._versions.get(subject, 0) + 1
        return self._versions[subject]
