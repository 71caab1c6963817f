"""Giving facts their positions: after the commit, under a row lock, without gaps."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, select, text, update

from shared.contracts.streams import Stream
from shared.events.tables import sequenced, stream_head, unsequenced
from shared.inserting import insert_into

SEQUENCED_AT_ONCE = 2_000


def ensure_heads(connection: Connection, streams: Iterable[Stream]) -> None:
    """Make the head row of every partition that has none, each with a new generation."""
    for stream in streams:
        for partition in range(stream.partitions):
            head = {"stream": stream.name, "partition": partition, "generation": uuid4()}
            added = insert_into(connection, stream_head).values(head)
            connection.execute(added.on_conflict_do_nothing())


def sequence(engine: Engine) -> int:
    """Number the oldest facts that have no position, at most 2,000; return how many.

    In a transaction of its own (READ COMMITTED, or BEGIN IMMEDIATE on SQLite) all heads are
    locked first, always in the same order, and the locks are held to the commit: positions
    become visible in order and without gaps, however many processes call this at once. Only
    what is read after the locks counts; the look before them only spares an idle teller a write.
    """
    with engine.begin() as connection:
        if connection.execute(_WAITING).first() is None:
            return 0
        connection.execute(_FENCE).all()
        numbered = _number(connection)
        connection.execute(_RAISE)
    return numbered


def sequence_all(engine: Engine) -> int:
    """Number everything that waits for a position; return how many there were."""
    numbered = done = sequence(engine)
    while done == SEQUENCED_AT_ONCE:
        done = sequence(engine)
        numbered += done
    return numbered


def _number(connection: Connection) -> int:
    """Give the oldest facts their positions; return how many there were.

    SQLite cannot delete inside of another statement; there, nothing changes between the two.
    """
    most = {"most": SEQUENCED_AT_ONCE}
    if connection.dialect.name == "postgresql":
        return connection.execute(_TAKE_AND_GIVE, most).rowcount
    numbered = connection.execute(_GIVE, most).rowcount
    connection.execute(_TAKE, most)
    return numbered


_WAITING = select(unsequenced.c.outbox_id).limit(1)

_FENCE = (
    select(stream_head.c.last)
    .order_by(stream_head.c.stream, stream_head.c.partition)
    .with_for_update()
)

_OLDEST = """
    SELECT outbox_id FROM unsequenced JOIN stream_head ON stream_head.stream = unsequenced.stream
        AND stream_head.partition = unsequenced.partition
    ORDER BY outbox_id LIMIT :most
"""

_FOLLOWING = """
    INSERT INTO sequenced (stream, partition, position, outbox_id)
    SELECT taken.stream, taken.partition, stream_head.last + row_number() OVER (
        PARTITION BY taken.stream, taken.partition ORDER BY taken.outbox_id
    ), taken.outbox_id
    FROM taken JOIN stream_head ON stream_head.stream = taken.stream
        AND stream_head.partition = taken.partition
"""

_TAKE_AND_GIVE = text(f"""
    WITH taken AS (DELETE FROM unsequenced WHERE outbox_id = ANY(ARRAY({_OLDEST})) RETURNING *)
    {_FOLLOWING}
""")

_GIVE = text(f"""
    WITH taken AS (SELECT * FROM unsequenced WHERE outbox_id IN ({_OLDEST}))
    {_FOLLOWING}
""")

_TAKE = text(f"DELETE FROM unsequenced WHERE outbox_id IN ({_OLDEST})")

_GIVEN = (
    select(func.max(sequenced.c.position))
    .where(
        sequenced.c.stream == stream_head.c.stream,
        sequenced.c.partition == stream_head.c.partition,
    )
    .scalar_subquery()
)

_RAISE = update(stream_head).where(stream_head.c.last < _GIVEN).values(last=_GIVEN)
