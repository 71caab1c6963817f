"""What every event has, and how it is written to the wire and read back.

An event is a CloudEvent 1.0. Its position and generation are not part of the stored text:
they are given after the commit and spliced in when the event is told (see shared/events).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID


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
    def read(cls, clinic_id: UUID, time: str, data: Mapping[str, Any]) -> Self:
        """Return the event that a wire message holds; fields that are not known are passed over.

        Raises BadEvent when a field is missing or does not fit.
        """
        values: dict[str, Any] = {"clinic_id": clinic_id}
        try:
            values["occurred_at"] = _moment(time)
            for name, reads, needed in _reading(cls):
                if needed or name in data:
                    values[name] = reads(data[name])
            return _made(cls, values)
        except (AttributeError, KeyError, TypeError, ValueError):
            missing = any(needed and name not in data for name, _, needed in _reading(cls))
            raise BadEvent("field_missing" if missing else "field_unreadable") from None

    def data(self) -> dict[str, Any]:
        """Return the event's own fields as JSON holds them."""
        return {name: _plain(getattr(self, name)) for name in _own_fields(type(self))}

    def data_text(self) -> str:
        """Return the event's own fields as compact JSON."""
        return json.dumps(self.data(), separators=(",", ":"))


read_id = lru_cache(maxsize=10_000)(UUID)
"""Reads an id from its text; the ids of clinics and of subjects come again and again."""

Made = TypeVar("Made", bound=Event)


def _made(kind: type[Made], values: Mapping[str, Any]) -> Made:
    """Return an event of fields that were read; what is not among them keeps its default.

    Much faster than the constructor of a frozen class, which sets one field after the other.
    """
    event = kind.__new__(kind)
    event.__dict__.update(values)
    return event


Reader = Callable[[Any], Any]
"""Returns a value from what JSON holds; raises whatever it likes when that does not fit."""

_READING: dict[type[Event], list[tuple[str, Reader, bool]]] = {}


def _own_fields(kind: type[Event]) -> list[str]:
    return [name for name, _, _ in _reading(kind)]


def _reading(kind: type[Event]) -> list[tuple[str, Reader, bool]]:
    """Return (name, reader, needed) of each own field, worked out once per class."""
    found = _READING.get(kind)
    if found is None:
        hints = get_type_hints(kind)
        shared = {"clinic_id", "occurred_at"}
        found = [
            (field.name, _reader(hints[field.name]), field.default is MISSING)
            for field in fields(kind)
            if field.name not in shared
        ]
        _READING[kind] = found
    return found


def _reader(hint: Any) -> Reader:
    if get_origin(hint) is tuple:
        each = _reader(get_args(hint)[0])
        return lambda items: tuple(each(item) for item in items)
    if type(None) in get_args(hint):
        inner = _reader(next(part for part in get_args(hint) if part is not type(None)))
        return lambda value: None if value is None else inner(value)
    if hint is datetime:
        return _moment
    if hint in (bool, int):
        return _exactly(hint)
    if hint is UUID:
        return read_id
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {member.value: member for member in hint}.__getitem__
    raise TypeError(f"An event cannot carry {hint!r}.")


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
