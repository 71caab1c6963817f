"""The relay: tells the broker what the outbox holds, in envelopes, in order, until confirmed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, select, update

from shared.contracts.streams import STREAMS
from shared.events import metrics
from shared.events.lease import Lease
from shared.events.outbox import with_position
from shared.events.points import Reach, pass_by
from shared.events.publisher import Envelope, Publisher, Unconfirmed
from shared.events.sequencing import sequence
from shared.events.tables import outbox, sequenced, stream_head

ENVELOPE_EVENTS = 100
ROUND_EVENTS = 2_000


@dataclass(frozen=True)
class Head:
    """How far one partition was numbered and told."""

    stream: str
    partition: int
    generation: UUID
    last: int
    published: int


class Relay:
    """Publishes the facts of one service, with one publisher for public streams, one for private.

    Safe to run twice at once: the lease avoids the waste, and duplicates are passed over.
    """

    def __init__(
        self,
        engine: Engine,
        service: str,
        publishers: Mapping[bool, Publisher],
        lease: Lease,
        *,
        envelope_events: int = ENVELOPE_EVENTS,
        reach: Reach = pass_by,
    ):
        self._engine = engine
        self._service = service
        self._publishers = publishers
        self._lease = lease
        self._envelope_events = envelope_events
        self._reach = reach

    def step(self) -> int:
        """Number what waits (a bounded part), publish one round, return how many were confirmed.

        Raises Unconfirmed when the broker did not take them; they wait where they are.
        """
        if not self._lease.held():
            return 0
        if sequence(self._engine):
            self._reach("relay.sequenced")
        return sum(
            self._tell(self._publishers[private], envelopes)
            for private, envelopes in self._waiting().items()
        )

    def stop(self) -> None:
        """Leave the broker and give the lease back."""
        for publisher in self._publishers.values():
            publisher.drop()
        self._lease.release()

    def beat(self) -> None:
        """Keep the broker connections alive."""
        for publisher in self._publishers.values():
            publisher.beat()

    def _waiting(self) -> dict[bool, list[Envelope]]:
        """Return what is numbered and not yet told, at most one round of each partition."""
        waiting: dict[bool, list[Envelope]] = defaultdict(list)
        with self._engine.connect().execution_options(attune_reading=True) as connection:
            for row in connection.execute(_BEHIND).all():
                head = Head(*row)
                private = STREAMS[head.stream].private
                waiting[private] += self._envelopes(head, _written(connection, head))
        return waiting

    def _tell(self, publisher: Publisher, envelopes: Sequence[Envelope]) -> int:
        try:
            publisher.publish(envelopes)
        except Unconfirmed as unconfirmed:
            metrics.count(self._service, "unconfirmed", reason=unconfirmed.reason)
            raise
        self._reach("relay.confirmed")
        self._note(envelopes)
        self._reach("relay.noted")
        told = sum(envelope.last - envelope.first + 1 for envelope in envelopes)
        metrics.count(self._service, "told", told)
        return told

    def _envelopes(self, head: Head, written: Sequence[str]) -> Iterator[Envelope]:
        generation = str(head.generation)
        for start in range(0, len(written), self._envelope_events):
            chunk = written[start : start + self._envelope_events]
            first = head.published + 1 + start
            texts = [with_position(text, first + nth, generation) for nth, text in enumerate(chunk)]
            body = f"[{','.join(texts)}]"
            yield Envelope(head.stream, head.partition, first, first + len(chunk) - 1, body)

    def _note(self, envelopes: Sequence[Envelope]) -> None:
        """Raise ``published`` of each partition; never lower it, whoever else relays."""
        ends = {(envelope.stream, envelope.partition): envelope.last for envelope in envelopes}
        told = [
            {"this_stream": stream, "this_partition": partition, "told": last}
            for (stream, partition), last in sorted(ends.items())
        ]
        if told:
            with self._engine.begin() as connection:
                connection.execute(_NOTE, told)


_BEHIND = select(
    stream_head.c.stream,
    stream_head.c.partition,
    stream_head.c.generation,
    stream_head.c.last,
    stream_head.c.published,
).where(stream_head.c.published < stream_head.c.last)

_NOTE = (
    update(stream_head)
    .where(
        stream_head.c.stream == bindparam("this_stream"),
        stream_head.c.partition == bindparam("this_partition"),
        stream_head.c.published < bindparam("told"),
    )
    .values(published=bindparam("told"))
)

_FOLLOWING = (
    select(outbox.c.cloud_event)
    .join(sequenced, sequenced.c.outbox_id == outbox.c.id)
    .where(
        sequenced.c.stream == bindparam("this_stream"),
        sequenced.c.partition == bindparam("this_partition"),
        sequenced.c.position > bindparam("told"),
    )
    .order_by(sequenced.c.position)
    .limit(ROUND_EVENTS)
)


def _written(connection: Connection, head: Head) -> Sequence[str]:
    """Return the texts that follow what was told of a partition."""
    here = {"this_stream": head.stream, "this_partition": head.partition, "told": head.published}
    return connection.execute(_FOLLOWING, here).scalars().all()
