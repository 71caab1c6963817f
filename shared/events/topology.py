"""Exchanges and queues: what RabbitMQ and the in-process broker are asked to keep."""

from kombu import Exchange, Queue, binding

from shared.contracts.streams import STREAMS, Stream, streams_for

QUEUE_VERSION = "v1"
"""Queue arguments are for ever: a change of them is a new version of the name."""

DELIVERY_LIMIT = 50
MOST_MESSAGES = 100_000


class Topology:
    """The names under a prefix, for streams that are private or not.

    ``durable`` is false for the in-process broker, which has neither quorum queues nor disks.
    """

    def __init__(self, prefix: str, *, private: bool, durable: bool):
        self.private = private
        self.durable = durable
        self.dead_name = f"{prefix}.dead"
        self._prefix = f"{prefix}.private" if private else prefix
        self.exchange = Exchange(self._prefix, type="topic", durable=durable)

    def routing_key(self, stream: str, partition: int) -> str:
        """Return the key under which an envelope of a partition is published."""
        return f"{stream}.{partition}"

    def queue_for(self, listener: str) -> Queue | None:
        """Return the one queue of a listening service, bound to whole streams, if it has any."""
        streams = [s for s in streams_for(listener) if s.private == self.private]
        return self._queue(listener, streams) if streams else None

    def queues_of(self, teller: str) -> list[Queue]:
        """Return the queues of all who listen to a teller, so that it can declare them."""
        told = [s for s in STREAMS.values() if s.teller == teller and s.private == self.private]
        listeners = sorted({listener for stream in told for listener in stream.listeners})
        return [queue for name in listeners if (queue := self.queue_for(name)) is not None]

    def dead(self) -> Queue:
        """Return the queue for what the broker gives up on; it is counted and dropped."""
        arguments = {"x-queue-type": "quorum"} if self.durable else None
        return Queue(self.dead_name, durable=self.durable, queue_arguments=arguments)

    def _queue(self, listener: str, streams: list[Stream]) -> Queue:
        bindings = [binding(self.exchange, routing_key=f"{stream.name}.*") for stream in streams]
        return Queue(
            f"{self._prefix}.{listener}.{QUEUE_VERSION}",
            bindings=bindings,
            durable=self.durable,
            queue_arguments=self._arguments() if self.durable else None,
        )

    def _arguments(self) -> dict[str, object]:
        return {
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.dead_name,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": MOST_MESSAGES,
        }
