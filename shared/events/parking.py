"""Parked events: what a handler refused, and what waits behind it for the sake of order.

Only the class and code of an error are kept, never its text: a text can hold personal data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.contracts import BadEvent
from shared.errors import NotYetKnown, Refusal, Unreachable
from shared.events.heard import Heard
from shared.events.tables import undelivered

PAUSES = (1, 5, 30, 120, 600, 1800, 7200)
"""Seconds before each further try of a passing failure; after the last one it is dead."""

ParkedAt = tuple[str, int, int]
"""Where a parked event stands: its stream, partition and position."""

NOT_YET_PAUSE = 5
NOT_YET_TRIES = 17_280
"""What refers to something not yet known is tried every 5 s for a day."""


class Status(StrEnum):
    """Where a parked event stands."""

    WAITING = "waiting"
    RETRYING = "retrying"
    DEAD = "dead"
    DISCARDED = "discarded"
    """Someone decided to go on without it; nothing waits behind it any longer."""


class Because(StrEnum):
    """Why someone goes on without an event: a list, so that nobody writes about anyone."""

    TOLD_TWICE = "told_twice"
    MISTAKE = "mistake"
    DONE_BY_HAND = "done_by_hand"
    NO_LONGER_MATTERS = "no_longer_matters"
    TRIED_OUT = "tried_out"


WHY: Mapping[str, str] = {
    Because.TOLD_TWICE: "It was told twice",
    Because.MISTAKE: "It was told by mistake",
    Because.DONE_BY_HAND: "What it says was done by hand",
    Because.NO_LONGER_MATTERS: "What it is about is over or gone",
    Because.TRIED_OUT: "Someone was trying something out",
}
"""The same in words."""


@dataclass(frozen=True)
class Failure:
    """Why a handler did not take an event."""

    error_class: str
    code: str
    passing: bool
    not_yet: bool = False


def failure_of(error: Exception) -> Failure:
    """Sort an error into passing (tried again), not yet (tried again for a day), or permanent."""
    name = type(error).__name__
    if isinstance(error, NotYetKnown):
        return Failure(name, error.code, passing=True, not_yet=True)
    if isinstance(error, Unreachable | OperationalError | TimeoutError | ConnectionError):
        return Failure(name, "passing", passing=True)
    if isinstance(error, BadEvent | Refusal):
        return Failure(name, error.code, passing=False)
    code = "database" if isinstance(error, DBAPIError) else "unexpected"
    return Failure(name, code, passing=False)


def parked_subjects(connection: Connection) -> set[tuple[str, str]]:
    """Return the (stream, subject) pairs behind which events must wait."""
    subjects = select(undelivered.c.stream, undelivered.c.subject_id).where(_standing(undelivered))
    rows = connection.execute(subjects.distinct())
    return {(row.stream, str(row.subject_id)) for row in rows}


def park(
    connection: Connection,
    heard: Heard,
    failure: Failure | None,
    *,
    now: datetime,
    database_now: float,
) -> None:
    """Keep an event aside; without a failure of its own it waits behind an earlier one."""
    status = Status.WAITING
    if failure is not None:
        status = Status.RETRYING if failure.passing else Status.DEAD
    connection.execute(
        insert(undelivered).values(
            stream=heard.stream,
            partition=heard.partition,
            position=heard.position,
            clinic_id=heard.clinic_id,
            subject_id=UUID(heard.subject_id),
            type=heard.type[:80],
            cloud_event=heard.text(),
            status=status,
            tries=1 if failure else 0,
            next_try_at=database_now + PAUSES[0] if status is Status.RETRYING else None,
            error_class=failure.error_class if failure else "",
            error_code=failure.code if failure else "behind",
            first_failed_at=now,
        )
    )


def first_due(connection: Connection, database_now: float) -> Any:
    """Lock and return one parked event that is due: the first of its subject, not dead.

    The ``not exists`` matters: SKIP LOCKED alone would let another worker overtake the first.
    """
    earlier = undelivered.alias("earlier")
    first = ~(
        select(earlier.c.position)
        .where(
            earlier.c.stream == undelivered.c.stream,
            earlier.c.subject_id == undelivered.c.subject_id,
            earlier.c.position < undelivered.c.position,
            _standing(earlier),
        )
        .exists()
    )
    due = (undelivered.c.status == Status.WAITING) | (
        (undelivered.c.status == Status.RETRYING) & (undelivered.c.next_try_at <= database_now)
    )
    oldest = select(undelivered).where(first, due).order_by(undelivered.c.first_failed_at).limit(1)
    return connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()


def release(connection: Connection, row: Any) -> None:
    """Drop a parked event that has taken effect, or was discarded."""
    connection.execute(delete(undelivered).where(_this(row)))


def put_back(
    connection: Connection, row: Any, failure: Failure, *, database_now: float, chance: Random
) -> None:
    """Note another failed try; the pauses grow, with full jitter, until the event is dead."""
    tries = row.tries + 1
    limit = NOT_YET_TRIES if failure.not_yet else len(PAUSES)
    alive = failure.passing and tries <= limit
    pause = NOT_YET_PAUSE if failure.not_yet else PAUSES[min(tries, len(PAUSES)) - 1]
    connection.execute(
        update(undelivered)
        .where(_this(row))
        .values(
            tries=tries,
            status=Status.RETRYING if alive else Status.DEAD,
            next_try_at=database_now + pause * (0.5 + chance.random() / 2) if alive else None,
            error_class=failure.error_class,
            error_code=failure.code,
        )
    )


def counts(connection: Connection) -> dict[str, int]:
    """Return how many parked events stand in each status."""
    rows = connection.execute(
        select(undelivered.c.status, func.count()).group_by(undelivered.c.status)
    )
    return dict.fromkeys(Status, 0) | {row[0]: row[1] for row in rows}


def listed(connection: Connection, *, most: int = 200) -> list[Any]:
    """Return parked events, oldest first, without their content."""
    rows = select(*_shown()).order_by(undelivered.c.first_failed_at, undelivered.c.position)
    return list(connection.execute(rows.limit(most)))


def found(connection: Connection, place: ParkedAt) -> Any:
    """Return one parked event without its content, or None."""
    return connection.execute(select(*_shown()).where(_at(place))).one_or_none()


def retry_now(connection: Connection, places: Iterable[ParkedAt]) -> int:
    """Let parked events be tried at once, discarded ones too; return how many there were."""
    again = {"status": Status.RETRYING, "next_try_at": 0.0, "tries": 0}
    return _decide(connection, places, again)


def discard(
    connection: Connection, places: Iterable[ParkedAt], *, by: UUID | None, because: Because
) -> int:
    """Go on without these events; return how many there were. ``by`` is None at the command line.

    The rows stay, with who decided and why, and freshness still says no for their subjects: a
    fact that never took effect must not be taken for one that was never told.
    """
    decision = {"status": Status.DISCARDED, "decided_by": by, "decided_reason": because}
    return _decide(connection, places, decision)


def _decide(connection: Connection, places: Iterable[ParkedAt], values: Mapping[str, Any]) -> int:
    changes = update(undelivered).values(dict(values))
    return sum(connection.execute(changes.where(_at(place))).rowcount for place in places)


def _shown() -> list[Any]:
    return [column for column in undelivered.c if column.name != "cloud_event"]


def _standing(table: Any) -> Any:
    return table.c.status != Status.DISCARDED


def _this(row: Any) -> Any:
    return _at((row.stream, row.partition, row.position))


def _at(place: ParkedAt) -> Any:
    stream, partition, position = place
    return (
        (undelivered.c.stream == stream)
        & (undelivered.c.partition == partition)
        & (undelivered.c.position == position)
    )
