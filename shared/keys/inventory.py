"""What lies in a key store: how many keys of which kind, and which of them wait for a change."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, String, and_, case, cast, exists, func, select, tuple_

from shared.keys.store import KeyStore, Wrapped, read, wrapped_key
from shared.labels import Scope

DATA = (Scope.CLINIC, Scope.PERSON, Scope.PERSON_SAFETY, Scope.RELATIONSHIP)
"""The scopes whose keys seal columns. An audit key is never renewed: names would change."""
AT_ONCE = 500

_ROW = wrapped_key.c
_STANDS = _ROW.wrapped.is_not(None)


class Pile(NamedTuple):
    """The keys of one clinic and scope: how many, in how many versions, how many were destroyed.

    ``oldest`` is when the oldest of those that seal now was made.
    """

    clinic_id: UUID
    scope: Scope
    number: int
    versions: int
    ended: int
    oldest: datetime | None


def piles(store: KeyStore) -> list[Pile]:
    """Return what the store holds, by clinic and scope."""
    named = (_ROW.clinic_id, _ROW.scope, _ROW.subject_id)
    versions, made = func.count(_ROW.wrapped), func.max(_ROW.made_at)
    each = select(*named, versions.label("versions"), made.label("made")).group_by(*named)
    key = each.subquery().c
    standing, made_at = case((key.versions > 0, 1), else_=0), case((key.versions > 0, key.made))
    counts = select(
        key.clinic_id,
        key.scope,
        func.sum(standing),
        func.sum(key.versions),
        func.sum(1 - standing),
        func.min(made_at),
    )
    in_order = counts.group_by(key.clinic_id, key.scope).order_by(key.clinic_id, key.scope)
    return [Pile(row[0], Scope(row[1]), *row[2:]) for row in _rows(store, in_order)]


def clinics(store: KeyStore) -> list[UUID]:
    """Return every clinic that ever had a key here; HOUSE stands for what belongs to none."""
    every = select(_ROW.clinic_id).distinct().order_by(_ROW.clinic_id)
    return [row.clinic_id for row in _rows(store, every)]


def roots(store: KeyStore) -> dict[str, int]:
    """Return how many keys of clinics each root key wraps, by its mark."""
    wrapping = _STANDS & (_ROW.scope == str(Scope.WRAPPING))
    each = select(_ROW.kid, func.count().label("number")).where(wrapping)
    return {row.kid: row.number for row in _rows(store, each.group_by(_ROW.kid))}


def under_other_roots(root: str) -> Select[Any]:
    """Ask for the clinics' keys that another root key than this one wraps."""
    return select(wrapped_key).where(_STANDS, _ROW.scope == str(Scope.WRAPPING), _ROW.kid != root)


def under_earlier_keys() -> Select[Any]:
    """Ask for the keys that an earlier version of their clinic's key wraps."""
    newest = _newest(Scope.WRAPPING).subquery()
    kid = cast(newest.c.version, String)
    around = (newest.c.clinic_id == _ROW.clinic_id) & (kid != _ROW.kid)
    below = _STANDS & (_ROW.scope != str(Scope.WRAPPING))
    return select(wrapped_key).join(newest, around).where(below)


def made_before(moment: datetime, scopes: Sequence[Scope]) -> Select[Any]:
    """Ask for the keys of these scopes of which no version is younger."""
    newest = _newest(*scopes).subquery()
    return (
        select(wrapped_key)
        .join(newest, _same(newest) & (newest.c.version == _ROW.version))
        .where(_STANDS, _ROW.made_at < moment)
    )


def earlier(scopes: Sequence[Scope], *, clinic_id: UUID | None = None) -> Select[Any]:
    """Ask for the versions, of one clinic if it is named, that a younger one has followed."""
    newest = _newest(*scopes).subquery()
    asked = (
        select(wrapped_key)
        .join(newest, _same(newest) & (newest.c.version > _ROW.version))
        .where(_STANDS)
    )
    return asked if clinic_id is None else asked.where(_ROW.clinic_id == clinic_id)


def idle_wrapping() -> Select[Any]:
    """Ask for the earlier versions of clinics' keys around which nothing is wrapped any more."""
    below = wrapped_key.alias().c
    hangs = (
        (below.clinic_id == _ROW.clinic_id)
        & (below.scope != str(Scope.WRAPPING))
        & (below.kid == cast(_ROW.version, String))
        & below.wrapped.is_not(None)
    )
    return earlier([Scope.WRAPPING]).where(~exists().where(hangs))


def number(store: KeyStore, asked: Select[Any]) -> int:
    """Return how many keys that is."""
    [(found,)] = _rows(store, select(func.count()).select_from(asked.subquery()))
    return int(found)


def batches(store: KeyStore, asked: Select[Any]) -> Iterator[list[Wrapped]]:
    """Yield them a few at a time, each once, also while others come and go."""
    place = tuple_(*wrapped_key.primary_key.columns)
    in_order = asked.order_by(*wrapped_key.primary_key.columns).limit(AT_ONCE)
    rows = _rows(store, in_order)
    while rows:
        yield [read(row) for row in rows]
        last = rows[-1]
        after = place > (last.clinic_id, last.scope, last.subject_id, last.version)
        rows = _rows(store, in_order.where(after))


def _newest(*scopes: Scope) -> Select[Any]:
    named = (_ROW.clinic_id, _ROW.scope, _ROW.subject_id)
    version = func.max(_ROW.version).label("version")
    return select(*named, version).where(_ROW.scope.in_(map(str, scopes))).group_by(*named)


def _same(newest: Any) -> Any:
    return and_(
        newest.c.clinic_id == _ROW.clinic_id,
        newest.c.scope == _ROW.scope,
        newest.c.subject_id == _ROW.subject_id,
    )


def _rows(store: KeyStore, asked: Select[Any]) -> Sequence[Any]:
    with store.engine.connect().execution_options(attune_reading=True) as connection:
        return connection.execute(asked).all()
