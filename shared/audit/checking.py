"""Whether the chains of a service are whole, and where each ends.

A chain that was cut off at its end, or written anew from some point to its end, is whole by
itself. That is found by comparing it with heads that were noted elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select

from shared.audit.entries import BEGINNING, link
from shared.audit.tables import audit_entry
from shared.auth.actors import system
from shared.keys import HOUSE, inventory
from shared.store import Store

READ_AT_ONCE = 5_000


@dataclass(frozen=True)
class Head:
    """The last entry of a chain: whose, at which position, with which hash."""

    service: str
    clinic_id: UUID
    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"head {self.service} {self.clinic_id} {self.position} {self.hash.hex()}"

    @classmethod
    def read(cls, line: str) -> "Head | None":
        """Return the head that a line spells; None for any other line."""
        try:
            word, service, clinic_id, position, mark = line.split()
            found = cls(service, UUID(clinic_id), int(position), bytes.fromhex(mark))
        except ValueError:
            return None
        return found if word == "head" else None


@dataclass(frozen=True)
class Checked:
    """A chain as it was found: its head, and the first position that is not as it was, if any."""

    head: Head
    broken_at: int | None = None


def check(store: Store, noted: Iterable[Head] = ()) -> Iterator[Checked]:
    """Yield every chain of a service that has an entry, or of which a head was noted.

    The clinics are those that ever had a key here: no entry is made for any other.
    """
    known: dict[UUID, dict[int, bytes]] = defaultdict(dict)
    for head in noted:
        if head.service == store.service:
            known[head.clinic_id][head.position] = head.hash
    for clinic_id in sorted({HOUSE, *known, *inventory.clinics(store.keys.store)}):
        with store.reading(clinics={clinic_id}, actor=system(store.service)) as work:
            rows = _rows(work.session.connection(), clinic_id)
            found = _walk(store.service, clinic_id, rows, known[clinic_id])
        if found.head.position or found.broken_at:
            yield found


def _walk(
    service: str, clinic_id: UUID, rows: Iterable[RowMapping], noted: Mapping[int, bytes]
) -> Checked:
    broken_at, expected, previous = None, 1, BEGINNING
    for row in rows:
        whole = row["position"] == expected and row["previous"] == previous
        whole = whole and row["hash"] == link(row)
        if not whole or noted.get(expected, row["hash"]) != row["hash"]:
            broken_at = expected
            break
        expected, previous = expected + 1, row["hash"]
    if broken_at is None and max(noted, default=0) >= expected:
        broken_at = expected
    return Checked(Head(service, clinic_id, expected - 1, previous), broken_at)


def _rows(connection: Connection, clinic_id: UUID) -> Iterator[RowMapping]:
    in_order = (
        select(audit_entry)
        .where(audit_entry.c.clinic_id == clinic_id)
        .order_by(audit_entry.c.position)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    yield from connection.execute(in_order).mappings()
