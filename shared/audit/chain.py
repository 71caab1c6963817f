"""Adding to a chain.

A batch takes the lock of each chain once, at the end of its transaction, and adds all its entries
with one statement. Nothing is locked after it, so that two batches cannot wait for each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from shared.audit.entries import BEGINNING, Entry
from shared.audit.tables import audit_entry


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


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:chain, 0))")
