"""Applying events: effects and cursor in one transaction, each event once, in order per subject."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from shared.auth.actors import system
from shared.clock import Now
from shared.contracts import Event
from shared.contracts.streams import streams_for
from shared.events import metrics, parking
from shared.events.heard import Heard, read_again
from shared.events.lease import database_time
from shared.events.points import Reach, pass_by
from shared.events.tables import inbox_cursor
from shared.inserting import insert_into
from shared.store.store import Store
from shared.store.work import UnitOfWork
from shared.tracing import following

Handler = Callable[[UnitOfWork, Any], None]


@dataclass(frozen=True)
class Batch:
    """A handler that takes all consecutive events of its type at once, as a list."""

    handle: Callable[[UnitOfWork, Any], None]


Subscriptions = Mapping[type[Event], Handler | Batch]

Place = tuple[str, int]


@dataclass
class Applied:
    """What became of a batch: how many were settled, and where something is missing."""

    applied: int = 0
    gaps: set[Place] = field(default_factory=set)
    stopped: set[Place] = field(default_factory=set)


class Inbox:
    """The one way by which events of other services take effect in a service.

    Handlers have no outside effects: they change rows, record facts, and want content.
    """

    def __init__(
        self, store: Store, subscriptions: Subscriptions, now: Now, *, reach: Reach = pass_by
    ):
        self._store = store
        self._subscriptions = subscriptions
        self._now = now
        self._reach = reach
        self._service = store.service

    def open_cursors(self) -> None:
        """Make the cursor row of every partition that this service listens to."""
        with self._store.engine.begin() as connection:
            for stream in streams_for(self._service):
                for partition in range(stream.partitions):
                    row = {"stream": stream.name, "partition": partition, "position": 0}
                    statement = insert_into(connection, inbox_cursor).values(**row, stopped=False)
                    connection.execute(statement.on_conflict_do_nothing())

    def cursors(self) -> dict[Place, Any]:
        """Return the cursor row of each (stream, partition)."""
        with self._store.engine.connect().execution_options(attune_reading=True) as connection:
            rows = connection.execute(select(inbox_cursor)).all()
        return {(row.stream, row.partition): row for row in rows}

    def stop(self, place: Place) -> None:
        """Hear nothing more of a partition until an operator decides."""
        stream, partition = place
        here = (inbox_cursor.c.stream == stream) & (inbox_cursor.c.partition == partition)
        with self._store.engine.begin() as connection:
            connection.execute(update(inbox_cursor).where(here).values(stopped=True))

    def apply(self, heard: Sequence[Heard], *, way: str) -> Applied:
        """Apply what follows the cursors, in one transaction; pass over what is known.

        A database that fails raises; nothing is kept then, and the same events come again.
        """
        clinics = {one.clinic_id for one in heard}
        outcome = Applied()
        with self._store.unit_of_work(clinics=clinics, actor=system(self._service)) as work:
            cursors = self._locked(work, {one.place for one in heard})
            fresh = self._fresh(heard, cursors, outcome)
            if fresh:
                self._take(work, fresh)
                self._move(work, fresh)
                self._reach("listener.applied")
        if fresh:
            self._reach("listener.committed")
        outcome.applied = len(fresh)
        metrics.count(self._service, "applied", len(fresh), way=way)
        return outcome

    def retry_one(self, chance: Any) -> int:
        """Try the first parked event that is due; return 1 if there was one, else 0."""
        with self._store.claiming() as work:
            connection = work.session.connection()
            due = parking.first_due(connection, database_time(connection))
            if due is None:
                return 0
            work.open_for({due.clinic_id} if due.clinic_id else ())
            failure = self._attempt(work, [read_again(due.cloud_event)])
            if failure is None:
                parking.release(connection, due)
            else:
                now = database_time(connection)
                parking.put_back(connection, due, failure, database_now=now, chance=chance)
        return 1

    def _locked(self, work: UnitOfWork, places: Iterable[Place]) -> dict[Place, Any]:
        """Lock the cursors of these places, always in the same order."""
        connection = work.session.connection()
        cursors = {}
        for stream, partition in sorted(places):
            here = {"this_stream": stream, "this_partition": partition}
            row = connection.execute(_LOCK, here).one_or_none()
            if row is not None:
                cursors[stream, partition] = row
        return cursors

    def _fresh(
        self, heard: Sequence[Heard], cursors: Mapping[Place, Any], outcome: Applied
    ) -> list[Heard]:
        """Return the events that follow their cursor without a gap, each once."""
        following = {place: row.position + 1 for place, row in cursors.items()}
        stopped = {place for place, row in cursors.items() if row.stopped}
        generations = {
            place: str(row.generation) for place, row in cursors.items() if row.generation
        }
        fresh = []
        for one in sorted(heard, key=attrgetter("position")):
            place, position = one.place, one.position
            if place not in following:
                continue
            if place in stopped or generations.get(place, one.generation) != one.generation:
                outcome.stopped.add(place)
            elif position == following[place]:
                following[place] += 1
                fresh.append(one)
            elif position > following[place]:
                outcome.gaps.add(place)
            else:
                metrics.count(self._service, "duplicates")
        return fresh

    def _take(self, work: UnitOfWork, fresh: Sequence[Heard]) -> None:
        """Let the handlers act on all at once, or, if one refuses, on one after the other.

        What waits behind a parked event of its subject is parked too, and holds up no other.
        """
        parked = parking.parked_subjects(work.session.connection())
        free = []
        for one in fresh:
            if (one.stream, one.subject_id) in parked:
                self._park(work, one, None)
            else:
                free.append(one)
        if free and self._attempt(work, free) is not None:
            self._take_each(work, free, parked)

    def _take_each(
        self, work: UnitOfWork, fresh: Sequence[Heard], parked: set[tuple[str, str]]
    ) -> None:
        for one in fresh:
            subject = (one.stream, one.subject_id)
            failure = None if subject in parked else self._attempt(work, [one])
            if subject in parked or failure is not None:
                self._park(work, one, failure)
                parked.add(subject)

    def _attempt(self, work: UnitOfWork, heard: Sequence[Heard]) -> parking.Failure | None:
        """Run the handlers in a savepoint; return why they refused, if they did."""
        told = work.told
        try:
            with work.session.begin_nested():
                self._handle(work, heard)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            work.told = told
            return parking.failure_of(error)
        return None

    def _handle(self, work: UnitOfWork, heard: Sequence[Heard]) -> None:
        for _kind, run in groupby(heard, key=lambda one: one.type):
            batch = list(run)
            events = [event for one in batch if (event := one.event()) is not None]
            if not events:
                metrics.count(self._service, "unknown", len(batch))
                continue
            handler = self._subscriptions.get(type(events[0]))
            if isinstance(handler, Batch):
                handler.handle(work, events)
            elif handler is not None:
                for one, event in zip(batch, events, strict=True):
                    with following(one.traceparent):
                        handler(work, event)
        work.session.flush()

    def _park(self, work: UnitOfWork, one: Heard, failure: parking.Failure | None) -> None:
        connection = work.session.connection()
        now, database_now = self._now(), database_time(connection)
        parking.park(connection, one, failure, now=now, database_now=database_now)
        error = failure.error_class if failure else "behind"
        metrics.count(self._service, "parked", error=error)

    def _move(self, work: UnitOfWork, fresh: Sequence[Heard]) -> None:
        ends = {one.place: one for one in fresh}
        moved = [
            {
                "this_stream": stream,
                "this_partition": partition,
                "position": last.position,
                "generation": UUID(last.generation),
                "event_id": UUID(last.id),
                "applied_at": self._now(),
            }
            for (stream, partition), last in ends.items()
        ]
        work.session.connection().execute(_MOVE, moved)


_HERE = and_(
    inbox_cursor.c.stream == bindparam("this_stream"),
    inbox_cursor.c.partition == bindparam("this_partition"),
)
_LOCK = select(inbox_cursor).where(_HERE).with_for_update()
_MOVE = update(inbox_cursor).where(_HERE)
