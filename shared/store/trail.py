"""Writing down what a unit of work saw and changed, before its answer leaves or with its commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.audit.chain import append
from shared.audit.entries import Entry, Looked, TrailUnavailable, purpose_of
from shared.auth.actors import Actor
from shared.keys import KeyGone, KeyRing
from shared.store.work import UnitOfWork
from shared.tenancy import Reach, narrow


def write_down(connection: Connection, work: UnitOfWork, now: datetime) -> None:
    """Add to the audit trail what a unit of work gathered; the transaction ends right after.

    Raises TrailUnavailable where that cannot be.
    """
    with _or_nothing():
        entries = [_entry(work.keys, work.actor, one, now) for one in work.looked]
        narrow(connection, {one.clinic_id for one in work.looked}, Reach.CLINICS)
        append(connection, entries)


def write_apart(engine: Engine, work: UnitOfWork, now: datetime) -> None:
    """Do the same in a transaction of its own, for work that only reads."""
    with _or_nothing(), engine.begin() as connection:
        write_down(connection, work, now)


@contextmanager
def _or_nothing() -> Iterator[None]:
    """Say plainly that the trail, or the keys of its names, cannot be reached."""
    try:
        yield
    except SQLAlchemyError as problem:
        raise TrailUnavailable from problem


def _entry(keys: KeyRing, actor: Actor, looked: Looked, now: datetime) -> Entry:
    return Entry(
        clinic_id=looked.clinic_id,
        at=now,
        act=looked.act,
        door=actor.door,
        role=actor.role or "",
        actor=_pseudonym(keys, looked, actor.id),
        subject=_pseudonym(keys, looked, looked.subject_id),
        subject_kind=looked.kind,
        what=looked.what,
        route=actor.at,
        purpose=purpose_of(actor),
        outcome=looked.outcome,
    )


def _pseudonym(keys: KeyRing, looked: Looked, subject_id: UUID | None) -> bytes | None:
    """Return the trail's name of an id; nothing where it is unknown, or was erased."""
    if subject_id is None:
        return None
    try:
        return keys.pseudonym(looked.clinic_id, subject_id)
    except KeyGone:
        return None
