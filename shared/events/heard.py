"""Reading what arrives: an envelope or a feed page becomes events with their places."""

from typing import Any
from uuid import UUID

from msgspec import DecodeError, Raw, Struct, ValidationError, field
from msgspec.json import Decoder, encode

from shared.contracts import CATALOGUE, BadEvent, DataClassification, Event

MOST_BYTES = 8_000_000
KNOWN_CLASSIFICATIONS = frozenset(DataClassification)


class Heard(Struct, frozen=True, kw_only=True, gc=False):
    """One event as it arrived: a CloudEvent with its place in a stream.

    What it says (``data``) is read by ``event`` alone. Whatever a handler cannot do without is
    of any kind here, so that one event that is wrong is put aside and stops no other.
    """

    id: str
    type: str
    subject_id: str = field(name="subject")
    clinic_id: UUID = field(name="clinicid")
    stream: str
    partition: int
    position: int
    generation: str
    time: Any = None
    classification: Any = field(name="dataclassification", default=None)
    data: Raw = Raw(b"null")
    traceparent: Any = None
    subject_version: Any = field(name="subjectversion", default=None)
    source: Any = None
    specversion: Any = None

    @property
    def place(self) -> tuple[str, int]:
        """The stream and partition in which the position counts."""
        return self.stream, self.partition

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
        if self.classification not in KNOWN_CLASSIFICATIONS:
            raise BadEvent("classification_unknown")
        return kind.read(self.clinic_id, self.time, self.data)

    def text(self) -> str:
        """Return the event as JSON, to be kept and read again."""
        return encode(self).decode()


def read_envelope(body: str | bytes, content_type: str, expected: str) -> list[Heard]:
    """Return the events of a broker message, in its order.

    Raises BadEvent, whose code says which part is unreadable; it is no message at all.
    """
    if content_type != expected:
        raise BadEvent("content_type")
    if len(body) > MOST_BYTES:
        raise BadEvent("too_large")
    try:
        return _ENVELOPE.decode(body)
    except ValidationError:
        raise BadEvent("attributes") from None
    except DecodeError:
        raise BadEvent("not_json") from None


def read_again(text: str) -> Heard:
    """Return an event from the text that was kept of it."""
    return _ONE.decode(text)


_ONE = Decoder(Heard)
_ENVELOPE = Decoder(list[Heard])
