"""Adding to a chain, and finding the first place where one was changed.

A batch takes the lock of each chain once, at the end of its transaction, and adds all its entries
with one statement. Nothing is locked after it, so that two batches cannot wait for each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from shared.audit.entries import BEGINNING, Entry, link
from shared.audit.tables import audit_entry

READ_AT_ONCE = 5_000


@dataclass(frozen=True)
class Broken:
    """The first position of a chain that does not follow from those before it."""

    clinic_id: UUID
    position: int


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries to the chains of their clinics, in the order given.

    The transaction must see the clinics concerned, and take no further lock.
    """
    chains: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        chains[entry.clinic_id].append(entry)
    rows = []
    for clinic_id in sorted(chains, key=str):
        position, previous = _end(connection, clinic_id)
        for entry in chains[clinic_id]:
            position += 1
            row = entry.follow(previous, position)
            previous = row["hash"]
            rows.append(row)
    if rows:
        connection.execute(insert(audit_entry), rows)


def first_breaks(connection: Connection) -> Iterator[Broken]:
    """Yield, for each chain that is broken, the first position that is missing, moved or changed.

    Entries that were cut off at the very end cannot be told from ones that never were: compare
    the heads with those noted elsewhere (``heads``).
    """
    for clinic_id in connection.execute(select(audit_entry.c.clinic_id).distinct()).scalars():
        broken = _first_break(connection, clinic_id)
        if broken is not None:
            yield Broken(clinic_id, broken)


def heads(connection: Connection) -> dict[UUID, tuple[int, bytes]]:
    """Return the last position and hash of each chain, to be noted outside of this database."""
    clinics = connection.execute(select(audit_entry.c.clinic_id).distinct()).scalars().all()
    return {clinic_id: _last(connection, clinic_id) for clinic_id in clinics}


def _end(connection: Connection, clinic_id: UUID) -> tuple[int, bytes]:
    """Lock a chain to the end of the transaction, and return its last position and hash."""
    if connection.dialect.name == "postgresql":  # SQLite's write lock is held already
        connection.execute(_LOCK, {"chain": f"audit {clinic_id}"})
    return _last(connection, clinic_id)


def _last(connection: Connection, clinic_id: UUID) -> tuple[int, bytes]:
    latest = (
        select(audit_entry.c.position, audit_entry.c.hash)
        .where(audit_entry.c.clinic_id == clinic_id)
        .order_by(audit_entry.c.position.desc())
        .limit(1)
    )
    row = connection.execute(latest).one_or_none()
    return (0, BEGINNING) if row is None else (row.position, bytes(row.hash))


def _first_break(connection: Connection, clinic_id: UUID) -> int | None:
    expected, previous = 1, BEGINNING
    for row in _rows(connection, clinic_id):
        whole = row["position"] == expected and row["previous"] == previous
        if not whole or row["hash"] != link(row):
            return expected
        expected, previous = expected + 1, row["hash"]
    return None


def _rows(connection: Connection, clinic_id: UUID) -> Iterable[dict[str, object]]:
    in_order = (
        select(audit_entry)
        .where(audit_entry.c.clinic_id == clinic_id)
        .order_by(audit_entry.c.position)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    for row in connection.execute(in_order).mappings():
        yield {
            name: bytes(value) if isinstance(value, memoryview) else value
            for name, value in row.items()
        }


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:chain, 0))")
