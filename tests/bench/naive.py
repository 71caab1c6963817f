"""A naive outbox: each event has its own read, its own confirm and its own transactions."""

from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any
from uuid import UUID

from kombu import Connection as Broker
from kombu import Consumer, Exchange, Producer, Queue
from sqlalchemy import JSON, Engine, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from uuid_utils.compat import uuid7

from tests.bench import facts
from tests.bench.children import Child, ready
from tests.bench.stage import Place

QUEUE = Queue(
    "naive",
    Exchange("naive", type="topic"),
    routing_key="naive",
    queue_arguments={"x-queue-type": "quorum"},
)


class Base(DeclarativeBase):
    """The tables of the naive way and of the other peers."""


class Unsent(Base):
    """An event in the teller's database."""

    __tablename__ = "naive_outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    fact: Mapped[dict[str, Any]] = mapped_column(JSON)
    sent: Mapped[bool] = mapped_column(default=False, index=True)


class Seen(Base):
    """An event that took effect in the listener's database."""

    __tablename__ = "naive_inbox"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class Effect(Base):
    """The effect of an event."""

    __table__ = facts.effect.to_metadata(Base.metadata)


def apply_once(session: Session, event_id: str, fact: dict[str, Any]) -> None:
    """Let an event take effect, once, in a transaction of its own."""
    with session, session.begin():
        if session.get(Seen, UUID(event_id)) is None:
            session.add(Seen(event_id=UUID(event_id)))
            session.add(Effect(**facts.read(fact)))


def relay(parent: Connection, place: Place, number: int) -> None:
    """Tell one unsent event after the other."""
    engine = create_engine(place.teller_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(
            Unsent(event_id=uuid7(), fact=facts.plain(fact)) for fact in facts.facts(number)
        )
    with Broker(place.broker_url, transport_options={"confirm_publish": True}) as broker:
        producer = Producer(broker.channel(), exchange=QUEUE.exchange, auto_declare=True)
        for _ in range(facts.WARM):
            _tell_one(engine, producer)
        ready(parent)
        while _tell_one(engine, producer):
            pass
        parent.recv()


def _tell_one(engine: Engine, producer: Producer) -> bool:
    oldest = select(Unsent).where(~Unsent.sent).order_by(Unsent.id).limit(1)
    with Session(engine) as session, session.begin():
        event = session.scalar(oldest.with_for_update())
        if event is None:
            return False
        body = {"id": str(event.event_id), "fact": event.fact}
        producer.publish(body, routing_key="naive", delivery_mode=2)
        event.sent = True
    return True


def listen(parent: Connection, place: Place, number: int) -> None:
    """Take one event after the other, and answer when the last one is committed."""
    engine = create_engine(place.listener_url)
    Base.metadata.create_all(engine)
    applied: list[str] = []

    def take(body: dict[str, Any], message: Any) -> None:
        apply_once(Session(engine), body["id"], body["fact"])
        message.ack()
        applied.append(body["id"])

    with Broker(place.broker_url) as broker:
        with Consumer(broker.channel(), [QUEUE], callbacks=[take], prefetch_count=1):
            parent.send("connected")
            _drain(broker, applied, facts.WARM)
            ready(parent)
            _drain(broker, applied, number)
        parent.send(monotonic())
        parent.recv()


def _drain(broker: Broker, applied: list[str], number: int) -> None:
    while len(applied) < number:
        with suppress(TimeoutError):
            broker.drain_events(timeout=1)


def measure(place: Place, number: int) -> float:
    """Return events per second from an outbox full of them to the last effect committed."""
    with Child(listen, place, number) as listener:
        listener.hear()
        with Child(relay, place, number) as teller:
            listener.hear()
            teller.hear()
            listener.say()
            began = monotonic()
            teller.say()
            took = listener.hear() - began
    facts.check(create_engine(place.listener_url), number)
    return float((number - facts.WARM) / took)
