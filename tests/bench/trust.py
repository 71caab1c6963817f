"""What trust costs: sealing, the trail, row-level security and a sign-in, beside doing without."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    insert,
    select,
)

from shared.audit.chain import append
from shared.audit.entries import BEGINNING, Act, Entry
from shared.audit.tables import audit_entry, trail
from shared.auth.actors import Door, Role
from shared.keys import Place as SealedPlace
from shared.keys import Scope
from shared.tenancy import Reach, narrow, secure
from tests.bench import entering
from tests.bench.stage import Place
from tests.rings import new_ring

SEALED, BARE_CALL, FERNET = "one value, sealed and opened", "bare AESGCM", "Fernet"
CHAINED, UNCHAINED = "500 rows in the trail", "500 rows without a chain"
GUARDED, UNGUARDED = "a query under row-level security", "the same query without"

VALUE = b"She would like an evening a week without plans, and to be asked first. " * 2
VALUES, BATCH, CLINICS, ROWS = 2_000, 500, 20, 400
CLINIC = UUID("01900000-0000-7000-8000-000000000001")

Timed = dict[str, Callable[[], object]]


def measure(place: Place) -> dict[str, float]:
    """Return seconds for each of the nine, those of a pair taken in turns."""
    with _tables(place) as engine:
        return {
            **{name: each / VALUES for name, each in in_turns(_sealing(), 9).items()},
            **in_turns(_auditing(engine), 9),
            **in_turns(_asking(engine), 60),
            **in_turns(entering.ways(), 60),
        }


def in_turns(ways: Timed, turns: int) -> dict[str, float]:
    """Return the median seconds of each way; they alternate, and the first turn is not counted."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns + 1):
        for name, act in ways.items():
            began = perf_counter()
            act()
            took[name].append(perf_counter() - began)
    return {name: median(each[1:]) for name, each in took.items()}


def _sealing() -> Timed:
    """Seal and open many values of one column, each of another row."""
    ring, bare, fernet = new_ring(), AESGCM(bytes(32)), Fernet(Fernet.generate_key())
    person = uuid4()
    places = [
        SealedPlace(CLINIC, Scope.PERSON, person, "answer", "said", uuid4()) for _ in range(VALUES)
    ]

    def ours() -> None:
        for place in places:
            ring.open(place, ring.seal(place, VALUE))

    bound = [place.bound(1) + place.row_id.bytes for place in places]

    def by_hand() -> None:
        for each in bound:
            nonce = os.urandom(12)
            bare.decrypt(nonce, bare.encrypt(nonce, VALUE, each), each)

    def by_fernet() -> None:
        for _ in places:
            fernet.decrypt(fernet.encrypt(VALUE))

    return {SEALED: ours, BARE_CALL: by_hand, FERNET: by_fernet}


def _auditing(engine: Engine) -> Timed:
    """Add a batch to the trail, and the same rows to a table that has no chain."""
    entries = [_entry(nth) for nth in range(BATCH)]
    position = count(1)

    def chained() -> None:
        with engine.begin() as connection:
            narrow(connection, {CLINIC}, Reach.CLINICS)
            append(connection, entries)

    def plain() -> None:
        with engine.begin() as connection:
            narrow(connection, {CLINIC}, Reach.CLINICS)
            connection.execute(
                insert(_unchained), [_row(entry, next(position)) for entry in entries]
            )

    return {CHAINED: chained, UNCHAINED: plain}


def _entry(nth: int) -> Entry:
    return Entry(
        clinic_id=CLINIC,
        at=datetime.now(UTC),
        act=Act.READ,
        door=Door.STAFF,
        role=Role.CLINICIAN,
        actor=bytes(16),
        subject=nth.to_bytes(16, "big"),
        subject_kind="person",
        what="revision",
        route="sessions:records.entry",
        purpose="treatment",
        outcome="done",
    )


def _row(entry: Entry, position: int) -> dict[str, Any]:
    return {**vars(entry), "position": position, "previous": BEGINNING, "hash": BEGINNING}


def _asking(engine: Engine) -> Timed:
    """Read one clinic's rows, and the same rows of a table that nothing guards."""

    def ask(table: Table, look: Callable[[Connection], None]) -> Callable[[], object]:
        def reading() -> object:
            with engine.begin() as connection:
                look(connection)
                return connection.execute(select(table).where(table.c.clinic_id == CLINIC)).all()

        return reading

    return {
        GUARDED: ask(_guarded, lambda connection: narrow(connection, {CLINIC}, Reach.CLINICS)),
        UNGUARDED: ask(_unguarded, lambda _: None),
    }


metadata = MetaData()


def _kept(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("clinic_id", Uuid, nullable=False),
        Column("words", String(200), nullable=False),
        Index(f"ix_{name}", "clinic_id"),
    )


_guarded, _unguarded = _kept("bench_guarded"), _kept("bench_unguarded")

_unchained = Table(
    "bench_unchained",
    metadata,
    *(
        Column(column.name, column.type, primary_key=column.primary_key, autoincrement=False)
        for column in audit_entry.columns
    ),
    *(
        Index(f"ix_bench_{nth}", *(column.name for column in index.columns))
        for nth, index in enumerate(sorted(audit_entry.indexes, key=lambda index: index.name or ""))
    ),
)
"""The same columns, key and indexes as the trail's, for rows that hang on nothing."""


@contextmanager
def _tables(place: Place) -> Iterator[Engine]:
    """Give an empty trail, its twin without a chain, and two tables of which one is guarded."""
    engine = create_engine(place.listener_url)
    with engine.begin() as connection:
        trail.create_all(connection)
        metadata.create_all(connection)
        for table in (_guarded, _unguarded):
            connection.execute(insert(table), list(_rows()))
        guarded = MetaData()
        for table in (_guarded, _unchained):
            table.to_metadata(guarded)
        secure(connection, guarded)
        secure(connection, trail)
    yield engine
    engine.dispose()


def _rows() -> Iterator[dict[str, object]]:
    """Yield the same number of rows for each of a network's clinics."""
    for clinic in (CLINIC, *(uuid4() for _ in range(CLINICS - 1))):
        for nth in range(ROWS):
            yield {"id": uuid4(), "clinic_id": clinic, "words": f"what was written, {nth}" * 5}
