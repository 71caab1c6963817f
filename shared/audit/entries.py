"""What an entry of the audit trail says: who, in which role, about whom, what, why and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec.json import Encoder

from shared.auth.actors import Actor, Door, Role
from shared.errors import Refusal
from shared.labels import Scope

BEGINNING = bytes(32)
"""What stands before the first entry of a chain."""


class TrailUnavailable(Refusal):
    """Nothing is shown or changed while it cannot be recorded. Try again in a minute."""

    status = 503


class Act(StrEnum):
    """What was done. The words are neutral: none tells what was read or decided."""

    READ = "read"
    WROTE = "wrote"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    TURNED_AWAY = "turned_away"
    SWITCHED_ROLE = "switched_role"
    SET_UP = "set_up"
    KEY_RENEWED = "key_renewed"
    KEY_ENDED = "key_ended"
    EXPORTED = "exported"


class Purpose(StrEnum):
    """Why, as the role says it (after HL7 purpose of use: TREAT, HOPERAT, HSYSADMIN, PATRQT)."""

    TREATMENT = "treatment"
    ADMINISTRATION = "administration"
    OVERSIGHT = "oversight"
    AUDIT = "audit"
    OPERATION = "operation"
    OWN = "own"


PURPOSES = {
    Role.CLINICIAN: Purpose.TREATMENT,
    Role.DUTY: Purpose.TREATMENT,
    Role.CLINIC_ADMIN: Purpose.ADMINISTRATION,
    Role.ORGANIZATION_ADMIN: Purpose.ADMINISTRATION,
    Role.SUPERVISOR: Purpose.OVERSIGHT,
    Role.AUDITOR: Purpose.AUDIT,
    Role.OPERATOR: Purpose.OPERATION,
}


@dataclass(frozen=True)
class Looked:
    """Something to be written into the trail: an act on what belongs to a subject of a clinic.

    ``what`` is the table concerned, if any; ``kind`` says what the subject is.
    """

    act: Act
    clinic_id: UUID
    subject_id: UUID | None = None
    kind: str = ""
    what: str = ""
    outcome: str = "done"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a chain, without its place in it; ``actor`` and ``subject`` are pseudonyms."""

    clinic_id: UUID
    at: datetime
    act: str
    door: str
    role: str
    actor: bytes | None
    subject: bytes | None
    subject_kind: str
    what: str
    route: str
    purpose: str
    outcome: str

    def follow(self, previous: bytes, position: int) -> dict[str, Any]:
        """Return the row of this entry at a position, chained to the one before."""
        row = {**vars(self), "position": position, "previous": previous}
        row["hash"] = link(row)
        return row


def purpose_of(actor: Actor) -> Purpose:
    """Return why someone looks, from the role they have open."""
    if actor.role is not None:
        return PURPOSES[actor.role]
    return Purpose.OWN if actor.door in (Door.LINK, Door.SEAT) else Purpose.OPERATION


def link(row: Any) -> bytes:
    """Return the hash that binds a row to its content, its position and the row before it."""
    return sha256(_encode([_plain(value) for value in _covered(row)])).digest()


COVERED = (
    "clinic_id",
    "position",
    "at",
    "act",
    "door",
    "role",
    "actor",
    "subject",
    "subject_kind",
    "what",
    "route",
    "purpose",
    "outcome",
    "previous",
)
"""What an entry's hash covers: all of it."""


def kind_of(scope: Scope) -> str:
    """Return what the subject of a sealed column is called in the trail."""
    return "person" if scope is Scope.PERSON_SAFETY else str(scope)


_covered = itemgetter(*COVERED)
_encode = Encoder(enc_hook=str).encode
"""Writes compact JSON; a word of a kind that only looks like text is written as text."""


def _plain(value: Any) -> Any:
    """Return a value as it is hashed: bytes in hexadecimal, moments with their offset in digits."""
    write = _WRITTEN.get(type(value))
    return write(value) if write else value


_WRITTEN: dict[type, Callable[[Any], str]] = {bytes: bytes.hex, datetime: datetime.isoformat}
