"""A small service with sealed columns of every kind, and a key ring whose time a test decides."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, MetaData, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.auth.actors import system
from shared.columns import COLUMN_TYPES, NAMES, sealed
from shared.keys import DataClass, KeyRing, KeyStore, Root, Scope
from shared.store import ClinicRow, Store
from shared.store.engines import new_engine

CLINIC, OTHER = UUID(int=1), UUID(int=2)
ADA, BO, THEM = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
ROOT, NEXT_ROOT = bytes(32), bytes([1] * 32)
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = COLUMN_TYPES


class Told(ClinicRow, Base):
    """What one person said, what they said alone, and what belongs to both."""

    __tablename__ = "told"

    person_id: Mapped[UUID]
    relationship_id: Mapped[UUID]
    own: Mapped[bytes | None] = sealed(DataClass.ANSWER, scope=Scope.PERSON, subject="person_id")
    safe: Mapped[bytes | None] = sealed(
        DataClass.ANSWER, scope=Scope.PERSON_SAFETY, subject="person_id"
    )
    joint: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.RELATIONSHIP, subject="relationship_id"
    )
    ours: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.CLINIC)


class Account(Base):
    """Something that belongs to no clinic."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)


COLUMNS = ("own", "safe", "joint", "ours")


@dataclass
class Vault:
    """A store with its keys; ``ticks`` are the seconds for which processes have run."""

    url: str
    keys_url: str
    roots: tuple[bytes, ...] = (ROOT,)
    at: datetime = BEGAN
    ticks: float = 0.0
    stores: list[Store] = field(default_factory=list)

    def process(self, *roots: bytes, **more: Any) -> Store:
        """Return the store as another process would open it, with caches of its own."""
        keys = KeyStore(_hasty(new_engine(self.keys_url)))
        ring = KeyRing(
            Root(roots or self.roots), keys, ticks=lambda: self.ticks, now=lambda: self.at
        )
        store = Store(self.url, Base.metadata, service="intake", keys=ring, **more)
        _hasty(store.engine)
        self.stores.append(store)
        return store

    def pass_by(self, **span: float) -> None:
        """Let time pass for every process."""
        self.at += timedelta(**span)
        self.ticks += timedelta(**span).total_seconds()

    def close(self) -> None:
        """Close every database."""
        for store in self.stores:
            store.engine.dispose()
            store.keys.store.engine.dispose()


def _hasty(engine: Engine) -> Engine:
    """Let SQLite do without the disk: no test here ends the machine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))
    return engine


def in_files(folder: Path, **more: Any) -> Vault:
    """Return a vault in two files of a folder."""
    urls = (f"sqlite:///{folder / name}.sqlite" for name in ("intake", "keys"))
    return Vault(*urls, **more)


def tell(
    store: Store, row_id: UUID, person_id: UUID, *, clinic: UUID = CLINIC, **said: Any
) -> None:
    """Write what a person said, or change it."""
    with store.unit_of_work(clinics=[clinic], actor=system("intake")) as work:
        row = work.session.get(Told, (clinic, row_id))
        if row is None:
            row = Told(clinic_id=clinic, id=row_id, person_id=person_id, relationship_id=THEM)
            work.session.add(row)
        work.seal(row, **said)


def told(store: Store, row_id: UUID, column: str, *, clinic: UUID = CLINIC) -> Any:
    """Return what stands in a column; None where it was erased."""
    with store.reading(clinics=[clinic], actor=system("intake")) as work:
        return work.open(work.get(Told, clinic, row_id), column)


def versions(store: Store, *, clinic: UUID = CLINIC) -> set[int]:
    """Return the versions of keys under which values stand."""
    with store.reading(clinics=[clinic], actor=system("intake")) as work:
        rows = work.session.scalars(select(Told)).all()
        values = [getattr(row, column) for row in rows for column in COLUMNS]
    return {int.from_bytes(value[1:5], "big") for value in values if value}
