"""Reading what arrives: an envelope or a feed page becomes events with their places."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.contracts import CATALOGUE, BadEvent, DataClassification, Event
from shared.contracts.event import read_id

MOST_BYTES = 8_000_000
KNOWN_CLASSIFICATIONS = frozenset(DataClassification)


class Heard(NamedTuple):
    """One event as it arrived: where it stands, what it is about, and its attributes.

    ``place`` is the stream and partition in which the position counts.
    """

    place: tuple[str, int]
    position: int
    generation: str
    subject_id: str
    clinic_id: UUID
    type: str
    attributes: Mapping[str, Any]

    @property
    def stream(self) -> str:
        """The stream that the event is told in."""
        return self.place[0]

    @property
    def partition(self) -> int:
        """The partition of the stream."""
        return self.place[1]

    def event(self) -> Event | None:
        """Return the event, or None when its type is not known here.

        Raises BadEvent when it does not fit its contract, is of a later major version of a
        known type, or carries a classification that is not known (PLT-10).
        """
        kind = CATALOGUE.get(self.type)
        if kind is None:
            if any(known.rpartition(".")[0] == self.type.rpartition(".")[0] for known in CATALOGUE):
                raise BadEvent("version_unknown")
            return None
        if self.attributes.get("dataclassification") not in KNOWN_CLASSIFICATIONS:
            raise BadEvent("classification_unknown")
        data = self.attributes.get("data")
        if not isinstance(data, dict):
            raise BadEvent("data_missing")
        return kind.read(self.clinic_id, str(self.attributes.get("time")), data)


def read_envelope(body: str | bytes, content_type: str, expected: str) -> list[Heard]:
    """Return the events of a broker message, in its order.

    Raises BadEvent with a code when it is not such a message at all.
    """
    if content_type != expected:
        raise BadEvent("content_type")
    if len(body) > MOST_BYTES:
        raise BadEvent("too_large")
    try:
        events = json.loads(body)
    except ValueError:
        raise BadEvent("not_json") from None
    if not isinstance(events, list):
        raise BadEvent("not_a_batch")
    return read_events(events)


def read_events(events: Sequence[Any]) -> list[Heard]:
    """Return CloudEvents as they were read from JSON; raises BadEvent when one has no place."""
    try:
        return [
            Heard(
                place=(str(event["stream"]), int(event["partition"])),
                position=int(event["position"]),
                generation=str(event["generation"]),
                subject_id=str(event["subject"]),
                clinic_id=read_id(str(event["clinicid"])),
                type=str(event["type"]),
                attributes=event,
            )
            for event in events
        ]
    except (KeyError, TypeError, ValueError):
        raise BadEvent("attributes") from None
