"""One connection to the broker for one purpose, which is dropped at the first doubt."""

from collections.abc import Callable, Sequence
from typing import Any

import amqp
from kombu import Connection, Consumer, Producer, Queue
from kombu.exceptions import KombuError

from shared.events.topology import Topology

HEARTBEAT_SECONDS = 10
CONFIRM_SECONDS = 10
IN_PROCESS_POLL_SECONDS = 0.01
CONTENT_TYPE = "application/cloudevents-batch+json"

BROKER_ERRORS = (OSError, amqp.AMQPError, KombuError)
"""Everything that a broker call may raise; whichever it is, the connection is dropped."""


class QueueUnfit(Exception):
    """A queue exists with other arguments than ours, under which messages could be dropped.

    Delete the queue (its messages are repaired from the feed) or give another broker prefix.
    """


class Link:
    """A connection of its own to the broker, with one channel; not shared between threads.

    Never reconnects by itself: after any error, call ``drop`` and make another.
    """

    def __init__(self, url: str, topology: Topology, name: str):
        self.topology = topology
        self.in_process = url.startswith("memory:")
        self._connection = Connection(
            url.split("?", 1)[0],
            heartbeat=0 if self.in_process else HEARTBEAT_SECONDS,
            connect_timeout=5,
            transport_options=self._options(name),
        )
        self._connection.connect()
        self._raw = self._connection.connection
        self.channel = self._connection.channel()

    def _options(self, name: str) -> dict[str, Any]:
        if self.in_process:
            return {"polling_interval": IN_PROCESS_POLL_SECONDS, "body_encoding": None}
        return {
            "read_timeout": 20,
            "write_timeout": 10,
            "client_properties": {"connection_name": name},
        }

    def declare(self, queues: list[Queue]) -> None:
        """Make the exchange and these queues, or find them as they should be.

        Raises QueueUnfit when a queue exists with other arguments.
        """
        try:
            self.topology.exchange(self.channel).declare()
            self.topology.dead()(self.channel).declare()
            for queue in queues:
                queue(self.channel).declare()
        except amqp.PreconditionFailed as refused:
            raise QueueUnfit(QueueUnfit.__doc__) from refused

    def redeclare(self, queues: list[Queue]) -> None:
        """Delete these queues and make them anew; what they held is repaired from the feed."""
        for queue in queues:
            queue(self.channel).delete()
        self.declare(queues)

    def producer(self) -> Producer:
        """Return a producer on this link's channel; it neither confirms nor retries by itself."""
        return Producer(self.channel, exchange=self.topology.exchange, auto_declare=False)

    def consume(self, queue: Queue, prefetch: int, on_message: Callable[[Any], None]) -> Consumer:
        """Start to receive from a queue, undecoded."""
        consumer = Consumer(
            self.channel,
            [queue],
            on_message=on_message,
            prefetch_count=prefetch,
            auto_declare=False,
        )
        consumer.consume()
        return consumer

    def drain(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for something to arrive; False when nothing did."""
        try:
            if self.in_process:
                self._connection.drain_events(timeout=timeout)
            else:
                self._raw.drain_events(timeout=timeout)
        except TimeoutError:
            return False
        return True

    def acknowledge(self, messages: Sequence[Any]) -> None:
        """Let the broker forget all messages that this link has received and not yet acknowledged.

        One word is enough for RabbitMQ; the in-process broker wants to hear each.
        """
        if self.in_process:
            for message in messages:
                message.ack()
        elif messages:
            messages[-1].ack(multiple=True)

    def beat(self) -> None:
        """Keep the connection alive while nothing is said."""
        if not self.in_process:
            self._raw.heartbeat_tick()

    def version(self) -> str:
        """Return the broker's version, empty for the in-process one."""
        return "" if self.in_process else str(self._raw.server_properties.get("version", ""))

    def drop(self) -> None:
        """Leave at once; a polite close could wait for ever for a broker that hangs."""
        self._connection.collect()

    def close(self) -> None:
        """Leave politely, after an orderly end."""
        self._connection.close()
