"""Giving facts their positions: after the commit, under a row lock, without gaps."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import Connection, Engine, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.contracts.streams import Stream
from shared.events.tables import outbox, stream_head

SEQUENCED_AT_ONCE = 2_000


def ensure_heads(connection: Connection, streams: Iterable[Stream]) -> None:
    """Make the head row of every partition that has none, each with a new generation."""
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for stream in streams:
        for partition in range(stream.partitions):
            head = {"stream": stream.name, "partition": partition, "generation": uuid4()}
            connection.execute(upsert(stream_head).values(head).on_conflict_do_nothing())


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
        numbered: int = connection.execute(_NUMBER).rowcount
        connection.execute(_RAISE)
    return numbered


def sequence_all(engine: Engine) -> int:
    """Number everything that waits for a position; return how many there were."""
    numbered = done = sequence(engine)
    while done == SEQUENCED_AT_ONCE:
        done = sequence(engine)
        numbered += done
    return numbered


_WAITING = select(outbox.c.id).where(outbox.c.position.is_(None)).limit(1)

_FENCE = (
    select(stream_head.c.last)
    .order_by(stream_head.c.stream, stream_head.c.partition)
    .with_for_update()
)

_NUMBER = text("""
    UPDATE outbox SET position = numbered.last + numbered.nth
    FROM (
        SELECT oldest.id, stream_head.last, row_number() OVER (
            PARTITION BY oldest.stream, oldest.partition ORDER BY oldest.id
        ) AS nth
        FROM (
            SELECT id, stream, partition FROM outbox
            WHERE position IS NULL ORDER BY id LIMIT :most
        ) AS oldest
        JOIN stream_head ON stream_head.stream = oldest.stream
            AND stream_head.partition = oldest.partition
    ) AS numbered
    WHERE outbox.id = numbered.id
""").bindparams(bindparam("most", SEQUENCED_AT_ONCE))

_GIVEN = (
    select(func.max(outbox.c.position))
    .where(outbox.c.stream == stream_head.c.stream, outbox.c.partition == stream_head.c.partition)
    .scalar_subquery()
)

_RAISE = update(stream_head).where(stream_head.c.last < _GIVEN).values(last=_GIVEN)
