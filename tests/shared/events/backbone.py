"""A teller and a listener with the real backbone between them, for the tests of the backbone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Column, Integer, String, Table, func, insert, select
from sqlalchemy.orm import DeclarativeBase

from shared.assembly import new_feeds, new_service_app, new_store
from shared.auth.actors import system
from shared.clock import Clock
from shared.columns import new_base
from shared.contracts.event import Event
from shared.contracts.intake import ConsentChanged, RelationshipChanged
from shared.contracts.words import Purpose, RelationshipState
from shared.events.content import Provider, Wanting
from shared.events.inbox import Batch, Handler
from shared.events.tables import inbox_cursor, outbox, sequenced, stream_head, undelivered
from shared.events.worker import Worker, assemble
from shared.service import Service
from shared.settings import SERVICES, Mode, Settings
from shared.store import UnitOfWork
from tests.servers.furnishing import furnish

CLINIC = UUID("11111111-1111-7111-8111-111111111111")
CLINICIAN = UUID("22222222-2222-7222-8222-222222222222")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Switch:
    """A line to another service that a test can cut: as if the service did not answer."""

    def __init__(self, transport: httpx.BaseTransport):
        self._transport = transport
        self.cut = False
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.cut:
            raise httpx.ConnectError("cut by the test")
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the line."""


def ledger_on(base: type[DeclarativeBase]) -> Table:
    """Return a table of effects without any unique rule, so that a double effect would show."""
    return Table(
        "effect",
        base.metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("subject_id", String(36)),
        Column("version", Integer),
    )


class Backbone:
    """intake tells, sessions hears; ``effects`` is what came of it."""

    def __init__(
        self,
        *,
        folder: Path,
        teller_url: str = "",
        listener_url: str = "",
        broker_url: str = "memory://",
        reach: Callable[[str], None] = lambda point: None,
    ):
        self.folder = folder
        self.prefix = f"t{uuid4().hex[:10]}"
        self._broker_url = broker_url
        self.refuse: Callable[[RelationshipChanged], None] = lambda event: None
        self.contents: dict[UUID, dict[str, Any] | None] = {}
        self.fetched: list[dict[str, Any] | None] = []
        self.teller = self._teller(teller_url)
        self.line = Switch(httpx.WSGITransport(self.teller.app))
        base = new_base()
        self.effect = ledger_on(base)
        self.listener = self._listener(base, listener_url)
        self.telling = Worker(self.teller, assemble(self.teller, reach=reach))
        self.hearing = Worker(self.listener, assemble(self.listener, reach=reach))

    def tell(self, *events: Event) -> None:
        """Record facts in one transaction of the teller."""
        with self.teller.store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
            work.record(*events)

    def tell_versions(self, subject: UUID, *versions: int) -> None:
        """Record one fact per version about a subject, each in a transaction of its own."""
        for version in versions:
            self.tell(changed(subject, version))

    def broker_brings(self) -> None:
        """Relay what waits and hear it by the broker, without a look at the feeds of our own."""
        self.telling.parts.relay.step()
        listener = self.hearing.parts.listener
        listener.put_off()
        for _ in range(20):
            listener.step(0.3)
            if self.cursors() == self.heads():
                break
        listener.step(0.1)

    def feed_brings(self) -> int:
        """Let the listener read the feeds now."""
        return self.hearing.parts.listener.catch_up(now=True)

    def effects(self, subject: UUID | None = None) -> list[int]:
        """Return the versions that took effect, in the order in which they did."""
        rows = select(self.effect.c.version).order_by(self.effect.c.id)
        if subject is not None:
            rows = rows.where(self.effect.c.subject_id == str(subject))
        with self.listener.store.engine.connect() as connection:
            return list(connection.execute(rows).scalars())

    def parked(self) -> list[tuple[str, int]]:
        """Return (status, position) of every parked event."""
        rows = select(undelivered.c.status, undelivered.c.position)
        with self.listener.store.engine.connect() as connection:
            found = connection.execute(rows.order_by(undelivered.c.position)).all()
        return [(row.status, row.position) for row in found]

    def positions(self) -> dict[tuple[str, int], list[int | None]]:
        """Return the positions given out, per partition, in the order of recording."""
        given = outbox.outerjoin(sequenced, sequenced.c.outbox_id == outbox.c.id)
        rows = select(outbox.c.stream, outbox.c.partition, sequenced.c.position).select_from(given)
        found: dict[tuple[str, int], list[int | None]] = {}
        with self.teller.store.engine.connect() as connection:
            for stream, partition, position in connection.execute(rows.order_by(outbox.c.id)):
                found.setdefault((stream, partition), []).append(position)
        return found

    def heads(self) -> dict[tuple[str, int], int]:
        """Return the last position of each partition in which something was told."""
        rows = select(stream_head.c.stream, stream_head.c.partition, stream_head.c.last)
        with self.teller.store.engine.connect() as connection:
            return {(s, p): last for s, p, last in connection.execute(rows) if last}

    def cursors(self) -> dict[tuple[str, int], int]:
        """Return the listener's position in each partition in which it heard something."""
        rows = select(inbox_cursor.c.stream, inbox_cursor.c.partition, inbox_cursor.c.position)
        with self.listener.store.engine.connect() as connection:
            return {(s, p): at for s, p, at in connection.execute(rows) if at}

    def recorded(self) -> int:
        """Return how many facts were committed."""
        with self.teller.store.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(outbox)).scalar_one()

    def forget_confirms(self) -> None:
        """As if the relay had died before noting what was confirmed: it will tell all again."""
        with self.teller.store.engine.begin() as connection:
            connection.execute(stream_head.update().values(published=0))

    def lose_heads(self) -> None:
        """As if the teller's worker had never started: nothing can be numbered."""
        with self.teller.store.engine.begin() as connection:
            connection.execute(stream_head.delete())

    def stop(self) -> None:
        """Leave the broker and the databases."""
        for worker in (self.telling, self.hearing):
            worker.parts.listener.stop()
            worker.parts.relay.stop()
            worker.service.store.engine.dispose()

    def _settings(self, service: str, database_url: str) -> Settings:
        return Settings(
            service=service,
            mode=Mode.TEST,
            data_dir=self.folder,
            database_url=database_url,
            broker_url=self._broker_url,
            broker_prefix=self.prefix,
        )

    def _teller(self, database_url: str) -> Service:
        settings = self._settings("intake", database_url)
        store = new_store(settings, new_base().metadata)
        furnish(store)
        clock = Clock()
        provider = Provider(
            kind="intake.person",
            audience=frozenset({"sessions"}),
            provide=lambda work, references: {
                one: self.contents[one.subject_id]
                for one in references
                if one.subject_id in self.contents
            },
        )
        app = new_service_app(__name__, settings, store, clock, [provider])
        return Service(
            settings=settings,
            clock=clock,
            store=store,
            app=app,
            feeds=new_feeds(settings, silent_clients()),
            subscriptions={},
        )

    def _listener(self, base: type[DeclarativeBase], database_url: str) -> Service:
        settings = self._settings("sessions", database_url)
        store = new_store(settings, base.metadata)
        furnish(store)
        clock = Clock()
        clients = silent_clients()
        clients["intake"] = httpx.Client(transport=self.line, base_url="http://intake")
        return Service(
            settings=settings,
            clock=clock,
            store=store,
            app=new_service_app(__name__, settings, store, clock),
            feeds=new_feeds(settings, clients),
            subscriptions=self.subscriptions(),
            wanting=[Wanting(kind="intake.person", apply=self._note_content)],
        )

    def subscriptions(self) -> dict[type[Event], Handler | Batch]:
        """Return what the listener does: it notes each change, unless a test has it refuse."""
        return {RelationshipChanged: self._note, ConsentChanged: self._note_consent}

    def _note(self, work: UnitOfWork, event: RelationshipChanged) -> None:
        self.refuse(event)
        row = {"subject_id": str(event.relationship_id), "version": event.version}
        work.session.execute(insert(self.effect), [row])

    def _note_consent(self, work: UnitOfWork, event: ConsentChanged) -> None:
        row = {"subject_id": str(event.person_id), "version": event.revision}
        work.session.execute(insert(self.effect), [row])
        work.want("intake.person", clinic_id=event.clinic_id, subject_id=event.person_id, version=1)

    def _note_content(self, work: UnitOfWork, reference: Any, content: Any) -> None:
        self.fetched.append(content)


def silent_clients() -> dict[str, httpx.Client]:
    """Return lines to services that answer, and have nothing to tell."""
    nothing = httpx.MockTransport(lambda request: httpx.Response(200, json={"heads": []}))
    return {name: httpx.Client(transport=nothing, base_url="http://silent") for name in SERVICES}


def changed(subject: UUID, version: int, *, clinic_id: UUID = CLINIC) -> RelationshipChanged:
    """Return a fact about a relationship; its version says where it stands among others."""
    return RelationshipChanged(
        clinic_id=clinic_id,
        occurred_at=NOON,
        relationship_id=subject,
        clinician_id=CLINICIAN,
        state=RelationshipState.OPEN,
        version=version,
    )


def consent(person: UUID, revision: int, *, permitted: bool = True) -> ConsentChanged:
    """Return a fact about a person's consent."""
    return ConsentChanged(
        clinic_id=CLINIC,
        occurred_at=NOON,
        person_id=person,
        purpose=Purpose.CHECKIN_EMAIL,
        permitted=permitted,
        revision=revision,
        valid_from=NOON,
        valid_until=NOON.replace(year=2027),
    )
