"""Changing keys for new ones while everybody goes on working, from wherever it was interrupted.

A rotation has a row of its own that says since when: whatever is older is renewed. So each step
can be done twice, by two at once, or half, and what is left is found by looking.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from shared.keys import inventory
from shared.keys.ring import KeyGone, KeyRing, Tampered, log
from shared.keys.store import KeyStore, Wrapped, rotation
from shared.labels import Scope

SETTLES_WITHIN = timedelta(minutes=10)
"""After this long nothing seals with an earlier version any more: processes hold a key for 45 s,
and the rest is for transactions that began before and for clocks that differ."""


class Depth(StrEnum):
    """How deep keys are changed; each includes those above it."""

    ROOT = "root"
    """What an earlier root key wraps is wrapped by the newest."""
    CLINICS = "clinics"
    """Every clinic gets a new key, and it wraps all that hangs below."""
    ALL = "all"
    """Every key that seals columns is new, and every value is sealed again."""


@dataclass(frozen=True)
class Rotation:
    """Since when keys are being changed, how deep, and since when all new ones are there."""

    begun_at: datetime
    depth: Depth
    renewed_at: datetime | None = None

    @property
    def settled_at(self) -> datetime | None:
        """When earlier versions may be emptied, once all new ones are there."""
        return self.renewed_at and self.renewed_at + SETTLES_WITHIN

    def has_settled(self, now: datetime) -> bool:
        """Say whether nobody seals with an earlier version any more."""
        return self.settled_at is not None and self.settled_at <= now


def begin(store: KeyStore, depth: Depth, *, now: datetime) -> Rotation:
    """Return the rotation that was interrupted, as deep as asked at the least, or a new one."""
    depths = list(Depth)
    with store.engine.begin() as connection:
        found = _unfinished(connection)
        if found is None:
            connection.execute(insert(rotation).values(begun_at=now, depth=str(depth)))
            return Rotation(now, depth)
        if depths.index(depth) <= depths.index(found.depth):
            return found
        _note(connection, found, depth=str(depth), renewed_at=None)
        return Rotation(found.begun_at, depth)


def unfinished(store: KeyStore) -> Rotation | None:
    """Return the rotation that was begun and not finished."""
    with store.engine.connect().execution_options(attune_reading=True) as connection:
        return _unfinished(connection)


def all_renewed(store: KeyStore, found: Rotation, *, now: datetime) -> Rotation:
    """Note that every new version is there; one noted before stays."""
    if found.renewed_at is not None:
        return found
    with store.engine.begin() as connection:
        _note(connection, found, renewed_at=now)
    return Rotation(found.begun_at, found.depth, now)


def finish(store: KeyStore, found: Rotation, *, now: datetime) -> None:
    """Note that nothing is left to do."""
    with store.engine.begin() as connection:
        _note(connection, found, finished_at=now)


def rewrap(ring: KeyRing, asked: Select[Any]) -> Iterator[int]:
    """Wrap these keys in the newest wrapping there is; yield how many after each step.

    One that does not open is left as it is, and logged.
    """
    for found in inventory.batches(ring.store, asked):
        ring.store.rewrap([anew for one in found if (anew := _rewrapped(ring, one))])
        yield len(found)


def renew(ring: KeyRing, scopes: Sequence[Scope], *, before: datetime) -> Iterator[int]:
    """Make a new version of each key of these scopes that has none from then on."""
    for found in inventory.batches(ring.store, inventory.made_before(before, scopes)):
        for one in found:
            with suppress(KeyGone, Tampered):
                ring.renew(one.name)
        yield len(found)


def forget(ring: KeyRing, found: Iterable[Wrapped]) -> int:
    """Empty these versions; return how many they were."""
    number = 0
    for one in found:
        ring.store.forget_version(one.name, one.version, now=ring.now())
        number += 1
    return number


def _rewrapped(ring: KeyRing, one: Wrapped) -> Wrapped | None:
    try:
        return ring.rewrap(one)
    except (KeyGone, Tampered) as problem:
        name = one.name
        log.error("integrity", code=str(problem), kind=name.scope, clinic_id=name.clinic_id)
        return None


def _unfinished(connection: Connection) -> Rotation | None:
    asked = select(rotation).where(rotation.c.finished_at.is_(None))
    row = connection.execute(asked.order_by(rotation.c.begun_at.desc()).limit(1)).one_or_none()
    return None if row is None else Rotation(row.begun_at, Depth(row.depth), row.renewed_at)


def _note(connection: Connection, found: Rotation, **values: Any) -> None:
    this = rotation.c.begun_at == found.begun_at
    connection.execute(update(rotation).where(this).values(values))
