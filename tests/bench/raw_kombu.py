"""Raw kombu: one process publishes, one consumes; no database, no confirm, no acknowledgement."""

from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from kombu import Connection as Broker
from kombu import Consumer, Exchange, Producer, Queue
from uuid_utils.compat import uuid7

from shared.events.outbox import cloud_event, with_position
from tests.bench import facts
from tests.bench.children import Child, ready
from tests.bench.stage import Place

QUEUE = Queue("bench", Exchange("bench", type="topic"), routing_key="bench")


def written(number: int) -> list[str]:
    """Return the same facts as Attune tells, one text for each."""
    return [
        with_position(cloud_event("sessions", fact, nth, uuid7(), 0), nth, uuid7())
        for nth, fact in enumerate(facts.facts(number), start=1)
    ]


def publish(parent: Connection, place: Place, number: int) -> None:
    """Publish every event as fast as kombu can."""
    texts = written(number)
    with Broker(place.broker_url) as broker:
        producer = Producer(broker.channel(), exchange=QUEUE.exchange, auto_declare=False)
        ready(parent)
        for text in texts:
            producer.publish(
                text,
                routing_key="bench",
                delivery_mode=1,
                content_type="application/json",
                content_encoding="utf-8",
            )
        parent.recv()


def consume(parent: Connection, place: Place, number: int) -> None:
    """Count what arrives, and answer when it is all here."""
    arrived: list[Any] = []
    with Broker(place.broker_url) as broker:
        consumer = Consumer(
            broker.channel(), [QUEUE], on_message=arrived.append, no_ack=True, auto_declare=True
        )
        with consumer:
            ready(parent)
            while len(arrived) < number:
                with suppress(TimeoutError):
                    broker.drain_events(timeout=1)
        parent.send(monotonic())
        parent.recv()


def measure(place: Place, number: int) -> float:
    """Return events per second from the first publish to the last arrival."""
    with Child(consume, place, number) as consumer:
        consumer.hear()
        with Child(publish, place, number) as publisher:
            publisher.hear()
            consumer.say()
            began = monotonic()
            publisher.say()
            took = consumer.hear() - began
    return float(number / took)
