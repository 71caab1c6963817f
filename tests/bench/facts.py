"""What all ways have in common: the fact that is told, and the effect it has elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    select,
    text,
)

from shared.contracts.sessions import PlanChanged
from shared.contracts.words import PlanState
from shared.tenancy import Reach, narrow

WARM = 20
"""Events that travel before the clock starts, so that nothing is measured cold."""

RELATIONSHIPS = 300
CLINIC = UUID("01900000-0000-7000-8000-000000000001")

metadata = MetaData()

effect = Table(
    "bench_effect",
    metadata,
    Column("nth", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("plan_id", Uuid, nullable=False, unique=True),
    Column("clinic_id", Uuid, nullable=False),
    Column("relationship_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
)
"""What each event changes in the listener's database; ``nth`` is the order of the changes."""

_UNNEST = text("""
    INSERT INTO bench_effect
        (plan_id, clinic_id, relationship_id, version, state, occurred_at)
    SELECT * FROM unnest(
        cast(:plans AS uuid[]), cast(:clinics AS uuid[]), cast(:relationships AS uuid[]),
        cast(:versions AS integer[]), cast(:states AS varchar[]),
        cast(:moments AS timestamptz[]))
""")

_INSERT = """
    INSERT INTO bench_effect
        (plan_id, clinic_id, relationship_id, version, state, occurred_at)
    VALUES (?, ?, ?, ?, ?, ?)
"""


class Wrong(Exception):
    """What arrived is not what was told: the figure would mean nothing."""


def facts(number: int) -> Iterator[PlanChanged]:
    """Return facts about 300 relationships in turn; the versions of each count from 1."""
    chance = Random(1)
    about = [UUID(int=chance.getrandbits(128), version=4) for _ in range(RELATIONSHIPS)]
    now = datetime.now(UTC)
    for nth in range(number):
        yield PlanChanged(
            clinic_id=CLINIC,
            occurred_at=now,
            relationship_id=about[nth % RELATIONSHIPS],
            plan_id=UUID(int=chance.getrandbits(128), version=4),
            state=PlanState.RUNNING,
            version=nth // RELATIONSHIPS + 1,
        )


def take_effect(connection: Connection, events: Sequence[PlanChanged]) -> None:
    """Write the effects of many events by one statement."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_INSERT, [row(event) for event in events])
        return
    connection.execute(
        _UNNEST,
        {
            "plans": _array(event.plan_id.hex for event in events),
            "clinics": _array(event.clinic_id.hex for event in events),
            "relationships": _array(event.relationship_id.hex for event in events),
            "versions": _array(event.version for event in events),
            "states": _array(event.state for event in events),
            "moments": _array(event.occurred_at.isoformat() for event in events),
        },
    )


def _array(items: Iterable[object]) -> str:
    """Return an array as PostgreSQL writes it; psycopg takes far longer for each element."""
    return f"{{{','.join(map(str, items))}}}"


def row(event: PlanChanged) -> tuple[object, ...]:
    """Return the row that an event makes in SQLite."""
    return (
        event.plan_id.hex,
        event.clinic_id.hex,
        event.relationship_id.hex,
        event.version,
        str(event.state),
        event.occurred_at.isoformat(),
    )


def plain(event: PlanChanged) -> dict[str, Any]:
    """Return an event as JSON holds it, for the peers."""
    return {
        **event.data(),
        "clinic_id": str(event.clinic_id),
        "occurred_at": event.occurred_at.isoformat(),
    }


def read(fact: dict[str, Any]) -> dict[str, Any]:
    """Return the row that an event from JSON makes."""
    ids = {name: UUID(fact[name]) for name in ("plan_id", "clinic_id", "relationship_id")}
    return {**fact, **ids, "occurred_at": datetime.fromisoformat(fact["occurred_at"])}


def check_once(engine: Engine, number: int) -> None:
    """Raise Wrong unless each of ``number`` events took effect once, in whatever order."""
    counted = select(func.count(), func.count(effect.c.plan_id.distinct())).select_from(effect)
    with engine.connect() as connection:
        narrow(connection, {CLINIC}, Reach.CLINICS)
        found = connection.execute(counted).one()
    if tuple(found) != (number, number):
        raise Wrong(f"{found[0]} effects, {found[1]} distinct")


def check(engine: Engine, number: int) -> None:
    """Raise Wrong unless each of ``number`` events took effect once, in order per relationship."""
    following = func.lag(effect.c.version).over(
        partition_by=effect.c.relationship_id, order_by=effect.c.nth
    )
    steps = select((effect.c.version - func.coalesce(following, 0)).label("step")).subquery()
    with engine.connect() as connection:
        narrow(connection, {CLINIC}, Reach.CLINICS)
        jumps = connection.execute(
            select(func.count()).select_from(steps).where(steps.c.step != 1)
        ).scalar_one()
    check_once(engine, number)
    if jumps:
        raise Wrong(f"{jumps} effects out of order")
