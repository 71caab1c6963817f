"""What the audit trail answers: a clinic's lines, newest first, and whom a name stands for."""

from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from shared.audit.tables import audit_entry
from shared.store import UnitOfWork

PAGE = 50
_ROW = audit_entry.c


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines of a clinic's trail: what is None is not asked about; a day is one in UTC.

    ``among`` leaves lines by or about these ids alone, and those by and about nobody.
    """

    clinic_id: UUID
    before: int | None = None
    until: datetime | None = None
    day: date | None = None
    role: str | None = None
    act: str | None = None
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    among: frozenset[UUID] | None = None


def lines(work: UnitOfWork, wanted: Wanted, *, most: int = PAGE) -> Sequence[Any]:
    """Return the newest lines wanted; none for an id that the trail does not know, or no more."""
    if wanted.clinic_id not in work.clinics:
        return []
    asked = _plainly(wanted)
    for column, whose in ((_ROW.actor, wanted.actor_id), (_ROW.subject, wanted.subject_id)):
        if whose is not None:
            name = work.keys.known_pseudonym(wanted.clinic_id, whose)
            if name is None:
                return []
            asked = asked.where(column == name)
    if wanted.among is not None:
        asked = asked.where(_by_or_about(work, wanted.clinic_id, wanted.among))
    newest = asked.order_by(_ROW.position.desc()).limit(most)
    return work.session.connection().execute(newest).all()


def named(work: UnitOfWork, clinic_id: UUID, names: Mapping[UUID, str]) -> dict[bytes, str]:
    """Return names by what the clinic's trail calls these ids; those it never met are left out."""
    found = {work.keys.known_pseudonym(clinic_id, one): name for one, name in names.items()}
    return {pseudonym: name for pseudonym, name in found.items() if pseudonym is not None}


def short(pseudonym: bytes | None) -> str:
    """Return eight letters and digits to tell one person from another on a page."""
    if pseudonym is None:
        return ""
    code = b32encode(pseudonym[:5]).decode().lower()
    return f"{code[:4]}-{code[4:]}"


def _by_or_about(work: UnitOfWork, clinic_id: UUID, ids: Iterable[UUID]) -> ColumnElement[bool]:
    known = named(work, clinic_id, dict.fromkeys(ids, ""))
    nobodys = _ROW.actor.is_(None) & _ROW.subject.is_(None)
    return _ROW.actor.in_(known) | _ROW.subject.in_(known) | nobodys


def _plainly(wanted: Wanted) -> Select[Any]:
    asked = select(audit_entry).where(_ROW.clinic_id == wanted.clinic_id)
    equal: Iterable[tuple[Any, Any]] = ((_ROW.role, wanted.role), (_ROW.act, wanted.act))
    for column, value in equal:
        if value is not None:
            asked = asked.where(column == value)
    if wanted.before is not None:
        asked = asked.where(_ROW.position < wanted.before)
    if wanted.until is not None:
        asked = asked.where(_ROW.at <= wanted.until)
    if wanted.day is not None:
        began = datetime.combine(wanted.day, time(), UTC)
        asked = asked.where(_ROW.at >= began, _ROW.at < began + timedelta(days=1))
    return asked
