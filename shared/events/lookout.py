"""Looking at the backbone of a service: what waits, and for how long."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from shared.events import metrics, parking
from shared.events.tables import (
    outbox,
    sequenced,
    stream_head,
    undelivered,
    unsequenced,
    wanted,
)
from shared.store.store import Store


def measure(store: Store, now: datetime) -> int:
    """Set the figures that show what waits; always returns 0, for there is nothing to repeat."""
    with store.engine.connect().execution_options(attune_reading=True) as connection:
        for name, value in waiting(connection, now).items():
            metrics.show(store.service, name, value)
        for status, number in parking.counts(connection).items():
            metrics.show(store.service, "undelivered", number, status=status)
    return 0


def waiting(connection: Connection, now: datetime) -> dict[str, float]:
    """Return how much is untold, parked or wanted, and the age in seconds of the oldest."""
    untold = select(func.count(), func.min(outbox.c.recorded_at)).where(outbox.c.id.in_(_UNTOLD))
    count, oldest = connection.execute(untold).one()
    standing = undelivered.c.status != parking.Status.DISCARDED
    first_failed = select(func.min(undelivered.c.first_failed_at)).where(standing)
    parked = connection.execute(first_failed).scalar()
    content = connection.execute(select(func.count()).select_from(wanted)).scalar_one()
    return {
        "untold": count,
        "untold_age_seconds": _age(oldest, now),
        "undelivered_age_seconds": _age(parked, now),
        "wanted": content,
    }


_UNTOLD = select(unsequenced.c.outbox_id).union_all(
    select(sequenced.c.outbox_id)
    .join(
        stream_head,
        (stream_head.c.stream == sequenced.c.stream)
        & (stream_head.c.partition == sequenced.c.partition),
    )
    .where(sequenced.c.position > stream_head.c.published)
)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
