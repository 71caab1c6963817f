"""What every event has, and how it is written to the wire and read back.

An event is a CloudEvent 1.0. Its position and generation are not part of the stored text:
they are given after the commit and spliced in when the event is told (see shared/events).
"""

import json
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, get_args, get_type_hints
from uuid import UUID

from msgspec import Raw, Struct, ValidationError, convert, defstruct
from msgspec.json import Decoder, decode
from msgspec.structs import asdict


class BadEvent(Exception):
    """A message does not fit its contract; ``code`` says how, without its content."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class DataClassification(StrEnum):
    """How a listener must treat what it reads; an unknown word is refused (PLT-10)."""

    OPERATIONAL = "operational"
    PSEUDONYMOUS = "pseudonymous"
    PRIVATE = "private"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact, told by one service: ids, codes, versions and times, never content.

    ``type`` is ``<service>.<subject>.<past participle>.v<n>``; ``stream`` is where it stands;
    ``subject`` names the field whose id orders it.
    """

    type: ClassVar[str]
    stream: ClassVar[str]
    subject: ClassVar[str]
    classification: ClassVar[DataClassification] = DataClassification.PSEUDONYMOUS

    clinic_id: UUID
    occurred_at: datetime

    @property
    def subject_id(self) -> UUID:
        """The id of what this event is about."""
        found: UUID = getattr(self, self.subject)
        return found

    @classmethod
    def read(cls, clinic_id: UUID, time: Any, data: Raw | bytes) -> Self:
        """Return the event that a wire message holds; fields that are not known are passed over.

        ``data`` is JSON. Raises BadEvent when a field is missing or does not fit.
        """
        try:
            values = asdict(_shape(cls).reader.decode(data))
            values.update(clinic_id=clinic_id, occurred_at=convert(time, datetime))
            return _made(cls, values)
        except (ValidationError, ValueError):
            raise BadEvent(_what_is_wrong(cls, data)) from None

    def data(self) -> dict[str, Any]:
        """Return the event's own fields as JSON holds them."""
        return {name: _plain(getattr(self, name)) for name in _shape(type(self)).names}

    def data_text(self) -> str:
        """Return the event's own fields as compact JSON."""
        return json.dumps(self.data(), separators=(",", ":"))


Made = TypeVar("Made", bound=Event)


def _made(kind: type[Made], values: dict[str, Any]) -> Made:
    """Return an event of fields that were read, its moments in UTC; ValueError without a zone.

    Much faster than the constructor of a frozen class, which sets one field after the other.
    """
    for name in _shape(kind).moments:
        moment = values[name]
        if moment is not None and moment.tzinfo is not UTC:
            values[name] = _in_utc(moment)
    event = kind.__new__(kind)
    event.__dict__.update(values)
    return event


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _what_is_wrong(kind: type[Event], data: Raw | bytes) -> str:
    """Return the code of why this does not fit, without its content."""
    found = decode(data)
    if not isinstance(found, dict):
        return "data_missing"
    return "field_missing" if _shape(kind).needed - found.keys() else "field_unreadable"


class _Shape(NamedTuple):
    """What a kind of event says beyond its clinic and its time, and what reads that from JSON."""

    names: tuple[str, ...]
    needed: frozenset[str]
    moments: tuple[str, ...]
    reader: Decoder[Struct]


_SHAPES: dict[type[Event], _Shape] = {}


def _shape(kind: type[Event]) -> _Shape:
    """Return the shape of a kind of event, worked out once."""
    found = _SHAPES.get(kind)
    if found is None:
        found = _SHAPES[kind] = _worked_out(kind)
    return found


def _worked_out(kind: type[Event]) -> _Shape:
    hints = get_type_hints(kind)
    own = [field for field in fields(kind) if field.name not in {"clinic_id", "occurred_at"}]
    needed = [(field.name, hints[field.name]) for field in own if field.default is MISSING]
    rest = [
        (field.name, hints[field.name], field.default)
        for field in own
        if field.default is not MISSING
    ]
    return _Shape(
        names=tuple(field.name for field in own),
        needed=frozenset(name for name, _ in needed),
        moments=tuple(name for name, hint in hints.items() if datetime in (hint, *get_args(hint))),
        reader=Decoder(defstruct(kind.__name__, [*needed, *rest], kw_only=True, gc=False)),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
