"""The key store: wrapped keys, in a database apart from the service's own.

Its backups are apart too, and short (PLT-09): what a destroyed key had sealed is gone for good
once the last of them is. The row of a destroyed key stays, empty, so that none is made anew.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from shared.columns import NAMES, Moment, holding
from shared.keys.place import KeyName
from shared.labels import DataClass, Scope

keys = MetaData(naming_convention=NAMES)

wrapped_key = Table(
    "wrapped_key",
    keys,
    Column("clinic_id", Uuid, primary_key=True),
    Column("scope", String(20), primary_key=True, info=holding(DataClass.CODE)),
    Column("subject_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kid", String(40), nullable=False, info=holding(DataClass.CODE)),
    Column("wrapped", Text, info={**holding(DataClass.CREDENTIAL), "scope": Scope.WRAPPING}),
    Column("made_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
)
"""``kid`` names the key around it: a root key's mark, or the version of the clinic's own."""


class Wrapped(NamedTuple):
    """One version of a key as it lies in the store; empty once it was destroyed."""

    name: KeyName
    version: int
    kid: str
    wrapped: str | None


class KeyStore:
    """Keeps wrapped keys; knows neither a root key nor anything that they seal."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self._reader = engine.execution_options(attune_reading=True)

    def prepare(self) -> None:
        """Make the one table, where it is missing."""
        keys.create_all(self.engine)

    def newest(self, name: KeyName) -> Wrapped | None:
        """Return the latest version of a key."""
        latest = _of(name).order_by(wrapped_key.c.version.desc()).limit(1)
        return self._one(latest)

    def at(self, name: KeyName, version: int) -> Wrapped | None:
        """Return one version of a key."""
        return self._one(_of(name).where(wrapped_key.c.version == version))

    def add(self, added: Sequence[Wrapped], *, now: datetime) -> None:
        """Keep new keys; one that someone else added meanwhile stays as it is."""
        with self.engine.begin() as connection:
            upsert = _upsert(connection)(wrapped_key).on_conflict_do_nothing()
            connection.execute(upsert, [_row(one, now) for one in added])

    def rewrap(self, changed: Sequence[Wrapped]) -> None:
        """Put the same keys in other wrapping; one destroyed meanwhile stays so."""
        with self.engine.begin() as connection:
            for one in changed:
                this = _is(one.name) & (wrapped_key.c.version == one.version)
                connection.execute(
                    update(wrapped_key)
                    .where(this, wrapped_key.c.wrapped.is_not(None))
                    .values(kid=one.kid, wrapped=one.wrapped)
                )

    def destroy(self, name: KeyName, *, now: datetime) -> int:
        """Empty every version of a key, or mark one that never was; return how many there were."""
        gone = {"wrapped": None, "destroyed_at": now}
        with self.engine.begin() as connection:
            standing = _is(name) & wrapped_key.c.wrapped.is_not(None)
            number: int = connection.execute(
                update(wrapped_key).where(standing).values(gone)
            ).rowcount
            if connection.execute(_of(name)).first() is None:
                never = {**_row(Wrapped(name, 1, "", None), now), "destroyed_at": now}
                connection.execute(insert(wrapped_key).values(never))
        return number

    def forget_version(self, name: KeyName, version: int, *, now: datetime) -> None:
        """Empty one version that seals nothing any more."""
        this = _is(name) & (wrapped_key.c.version == version)
        with self.engine.begin() as connection:
            gone = update(wrapped_key).where(this).values(wrapped=None, destroyed_at=now)
            connection.execute(gone)

    def standing(self, *, clinic_id: UUID | None = None) -> Iterator[Wrapped]:
        """Yield every version that is not destroyed, those of one clinic if it is named."""
        every = select(wrapped_key).where(wrapped_key.c.wrapped.is_not(None))
        if clinic_id is not None:
            every = every.where(wrapped_key.c.clinic_id == clinic_id)
        in_order = every.order_by(*wrapped_key.primary_key.columns)
        with self._reader.connect() as connection:
            for row in connection.execute(in_order):
                yield _read(row)

    def _one(self, query: Any) -> Wrapped | None:
        with self._reader.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _read(row)


def _upsert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def _is(name: KeyName) -> Any:
    return (
        (wrapped_key.c.clinic_id == name.clinic_id)
        & (wrapped_key.c.scope == str(name.scope))
        & (wrapped_key.c.subject_id == name.subject_id)
    )


def _of(name: KeyName) -> Any:
    return select(wrapped_key).where(_is(name))


def _row(one: Wrapped, now: datetime) -> dict[str, Any]:
    return {
        "clinic_id": one.name.clinic_id,
        "scope": str(one.name.scope),
        "subject_id": one.name.subject_id,
        "version": one.version,
        "kid": one.kid,
        "wrapped": one.wrapped,
        "made_at": now,
    }


def _read(row: Any) -> Wrapped:
    name = KeyName(row.clinic_id, Scope(row.scope), row.subject_id)
    return Wrapped(name, row.version, row.kid, row.wrapped)
