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

from shared.columns import NAMES, Moment, holding
from shared.inserting import insert_into
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
"""``kid`` names the key around it: a root key's mark, or the version of the clinic's own.

The first version of a key is never deleted: whoever adds or destroys versions locks it first.
"""

rotation = Table(
    "rotation",
    keys,
    Column("begun_at", Moment, primary_key=True),
    Column("depth", String(20), nullable=False, info=holding(DataClass.CODE)),
    Column("renewed_at", Moment),
    Column("finished_at", Moment),
)
"""Since when keys are being renewed, and how deep; one that was interrupted goes on from there."""


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
        """Make the tables, where they are missing."""
        keys.create_all(self.engine)

    def newest(self, name: KeyName) -> Wrapped | None:
        """Return the latest version of a key."""
        return self._one(_latest(name))

    def at(self, name: KeyName, version: int) -> Wrapped | None:
        """Return one version of a key."""
        return self._one(_of(name).where(wrapped_key.c.version == version))

    def add(self, added: Sequence[Wrapped], *, now: datetime) -> None:
        """Keep new keys; one that someone else added meanwhile stays as it is."""
        with self.engine.begin() as connection:
            kept = insert_into(connection, wrapped_key).on_conflict_do_nothing()
            connection.execute(kept, [_row(one, now) for one in added])

    def succeed(self, one: Wrapped, *, now: datetime) -> None:
        """Keep the next version of a key, unless another came first or the key was destroyed."""
        with self.engine.begin() as connection:
            _lock(connection, one.name)
            latest = connection.execute(_latest(one.name)).one()
            if latest.wrapped is not None and latest.version == one.version - 1:
                connection.execute(insert(wrapped_key).values(_row(one, now)))

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
        """Empty every version of a key, or mark one that never was; return how many there were.

        A version that is being added at the same time is either there and emptied, or refused.
        """
        gone = {"wrapped": None, "destroyed_at": now}
        with self.engine.begin() as connection:
            never = {**_row(Wrapped(name, 1, "", None), now), "destroyed_at": now}
            marked = insert_into(connection, wrapped_key).on_conflict_do_nothing()
            connection.execute(marked, never)
            _lock(connection, name)
            standing = update(wrapped_key).where(_is(name), wrapped_key.c.wrapped.is_not(None))
            return int(connection.execute(standing.values(gone)).rowcount)

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
                yield read(row)

    def _one(self, query: Any) -> Wrapped | None:
        with self._reader.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else read(row)


def _is(name: KeyName) -> Any:
    return (
        (wrapped_key.c.clinic_id == name.clinic_id)
        & (wrapped_key.c.scope == str(name.scope))
        & (wrapped_key.c.subject_id == name.subject_id)
    )


def _of(name: KeyName) -> Any:
    return select(wrapped_key).where(_is(name))


def _latest(name: KeyName) -> Any:
    return _of(name).order_by(wrapped_key.c.version.desc()).limit(1)


def _lock(connection: Connection, name: KeyName) -> None:
    first = _of(name).where(wrapped_key.c.version == 1)
    connection.execute(first.with_for_update()).all()


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


def read(row: Any) -> Wrapped:
    """Return a version of a key from its row."""
    name = KeyName(row.clinic_id, Scope(row.scope), row.subject_id)
    return Wrapped(name, row.version, row.kid, row.wrapped)
