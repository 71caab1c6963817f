"""Giving facts their positions: after the commit, under a row lock, without gaps."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, bindparam, select, text, update
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


def unsequenced() -> Select[str, int]:
    """Select the (stream, partition) pairs that hold facts without a position."""
    waiting = outbox.c.position.is_(None)
    return select(outbox.c.stream, outbox.c.partition).where(waiting).distinct()


def sequence(connection: Connection, stream: str, partition: int) -> int:
    """Number the oldest facts of a partition that have no position; return how many.

    The first statement takes the row lock of the head, which is held to the commit: positions
    become visible in order and without gaps, however many processes call this at once. It must
    be a transaction of its own (READ COMMITTED, or BEGIN IMMEDIATE on SQLite).
    """
    here = (stream_head.c.stream == stream) & (stream_head.c.partition == partition)
    last = connection.execute(select(stream_head.c.last).where(here).with_for_update()).scalar_one()
    numbered = _number(connection, stream, partition, last)
    if numbered:
        connection.execute(update(stream_head).where(here).values(last=last + numbered))
    return numbered


_OLDEST = """
    SELECT id, row_number() OVER (ORDER BY id) AS nth FROM (
        SELECT id FROM outbox
        WHERE stream = :stream AND partition = :partition AND position IS NULL
        ORDER BY id LIMIT :most
    ) AS oldest
"""

_NUMBER = text(f"""
    UPDATE outbox SET position = :last + numbered.nth
    FROM ({_OLDEST}) AS numbered
    WHERE outbox.id = numbered.id
""").bindparams(bindparam("most", SEQUENCED_AT_ONCE))


def _number(connection: Connection, stream: str, partition: int, last: int) -> int:
    values = {"stream": stream, "partition": partition, "last": last}
    return connection.execute(_NUMBER, values).rowcount


def sequence_all(engine: Engine) -> int:
    """Number everything that waits for a position, each partition in its own transaction."""
    with engine.connect().execution_options(attune_reading=True) as connection:
        waiting = connection.execute(unsequenced()).all()
    numbered = 0
    for stream, partition in waiting:
        while True:
            with engine.begin() as connection:
                done = sequence(connection, stream, partition)
            numbered += done
            if done < SEQUENCED_AT_ONCE:
                break
    return numbered
