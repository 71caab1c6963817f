"""Recording facts in the transaction of the change that makes them true."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select

from shared.contracts.event import Event
from shared.contracts.streams import STREAMS
from shared.events.tables import outbox, subject_version, unsequenced
from shared.inserting import insert_into
from shared.tracing import current_traceparent

MAX_EVENT_BYTES = 64_000

Subject = tuple[str, UUID]
"""A stream, and the id of what its facts are about."""


class TooLarge(Exception):
    """An event is larger than 64 KB; content travels by reference."""


def append(
    connection: Connection, service: str, events: Sequence[Event], new_id: Callable[[], UUID]
) -> None:
    """Add events to the outbox in the order given; they have no position yet.

    Raises ValueError for an event of another teller, TooLarge for one over 64 KB.
    """
    versions = _next_versions(connection, events)
    now = datetime.now(UTC)
    rows = [
        _row(service, event, version, new_id(), now)
        for event, version in zip(events, versions, strict=True)
    ]
    connection.execute(insert(outbox), rows)
    connection.execute(_WAIT, [{"this_event": row["event_id"]} for row in rows])


_WAIT = insert(unsequenced).from_select(
    ["outbox_id", "stream", "partition"],
    select(outbox.c.id, outbox.c.stream, outbox.c.partition).where(
        outbox.c.event_id == bindparam("this_event")
    ),
)


def _next_versions(connection: Connection, events: Sequence[Event]) -> list[int]:
    """Return each event's subject version, taking the row locks of the subjects in one order."""
    told = Counter((event.stream, event.subject_id) for event in events)
    following = _raise_versions(connection, told)
    versions = []
    for event in events:
        subject = (event.stream, event.subject_id)
        following[subject] += 1
        versions.append(following[subject])
    return versions


def _raise_versions(connection: Connection, told: Mapping[Subject, int]) -> dict[Subject, int]:
    """Count on what is told about each subject, and return the versions that each had before."""
    statement = insert_into(connection, subject_version)
    statement = statement.on_conflict_do_update(
        index_elements=["stream", "subject_id"],
        set_={"version": subject_version.c.version + statement.excluded.version},
    ).returning(*subject_version.c)
    rows = [
        {"stream": stream, "subject_id": subject_id, "version": told[stream, subject_id]}
        for stream, subject_id in sorted(told, key=str)
    ]
    raised = connection.execute(statement, rows)
    return {
        (row.stream, row.subject_id): row.version - told[row.stream, row.subject_id]
        for row in raised
    }


def _row(service: str, event: Event, version: int, event_id: UUID, now: datetime) -> dict[str, Any]:
    stream = STREAMS[event.stream]
    if stream.teller != service:
        raise ValueError(f"{service} cannot tell {event.type}")
    partition = stream.partition_of(event.subject_id)
    written = cloud_event(service, event, version, event_id, partition)
    if len(written) > MAX_EVENT_BYTES:
        raise TooLarge(event.type)
    return {
        "event_id": event_id,
        "clinic_id": event.clinic_id,
        "stream": stream.name,
        "partition": partition,
        "subject_id": event.subject_id,
        "subject_version": version,
        "cloud_event": written,
        "recorded_at": now,
    }


def cloud_event(service: str, event: Event, version: int, event_id: UUID, partition: int) -> str:
    """Return an event as CloudEvents JSON without its last brace, ready to take a position."""
    attributes = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"/{service}",
        "type": event.type,
        "subject": str(event.subject_id),
        "time": event.occurred_at.astimezone(UTC).isoformat(),
        "clinicid": str(event.clinic_id),
        "stream": event.stream,
        "partition": partition,
        "subjectversion": version,
        "dataclassification": event.classification,
        "traceparent": current_traceparent(),
        "data": event.data(),
    }
    return json.dumps(attributes, separators=(",", ":"))[:-1]


def with_position(written: str, position: int, generation: UUID | str) -> str:
    """Return the complete CloudEvents JSON of a stored event."""
    return f'{written},"position":{position},"generation":"{generation}"}}'
