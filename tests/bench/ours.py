"""Attune's own way: the relay of a real outbox in one process, the listener in another."""

from multiprocessing.connection import Connection
from time import monotonic

import httpx
from flask import Flask
from sqlalchemy import create_engine, text

from shared.assembly import new_feeds
from shared.auth.actors import system
from shared.clock import Clock
from shared.contracts.sessions import PlanChanged
from shared.events.inbox import Batch
from shared.events.relay import ENVELOPE_EVENTS
from shared.events.wake import new_wake
from shared.events.worker import Parts, assemble, settle
from shared.service import Service
from shared.settings import Mode, Settings
from shared.store import Store, UnitOfWork
from tests.bench import facts
from tests.bench.children import Child, ready
from tests.bench.stage import Place
from tests.rings import new_ring

RECORDED_AT_ONCE = 600
NOBODY_HOME = "http://127.0.0.1:9"
"""Nothing answers here: what the broker loses stays lost, and the check at the end would say so."""


def take_plans(work: UnitOfWork, events: list[PlanChanged]) -> None:
    """Let plans take effect, all at once."""
    facts.take_effect(work.session.connection(), events)


TAKE_PLANS = Batch(take_plans)


def new_service(name: str, url: str, place: Place, handler: Batch = TAKE_PLANS) -> Service:
    """Return a service of the house with its tables; reminders listens by this handler."""
    settings = Settings(
        service=name,
        mode=Mode.TEST,
        data_dir=place.folder,
        database_url=url,
        broker_url=place.broker_url,
    )
    nobody = {service: httpx.Client(base_url=NOBODY_HOME) for service in settings.internal_urls}
    store = Store(url, facts.metadata, service=name, keys=new_ring(), wake=new_wake(url))
    store.create_tables()
    return Service(
        settings=settings,
        clock=Clock(),
        store=store,
        app=Flask(__name__),
        feeds=new_feeds(settings, nobody),
        subscriptions={PlanChanged: handler} if name == "reminders" else {},
    )


def record(store: Store, events: list[PlanChanged]) -> None:
    """Record events as use cases do, many in a transaction."""
    for start in range(0, len(events), RECORDED_AT_ONCE):
        with store.unit_of_work(clinics={facts.CLINIC}, actor=system(store.service)) as work:
            work.record(*events[start : start + RECORDED_AT_ONCE])


def relay(parent: Connection, place: Place, number: int, envelope_events: int) -> None:
    """Record everything, then tell it once the parent gives the word."""
    service = new_service("sessions", place.teller_url, place)
    parts = assemble(service, envelope_events=envelope_events)
    events = list(facts.facts(number))
    record(service.store, events[: facts.WARM])
    tell(parts, facts.WARM)
    record(service.store, events[facts.WARM :])
    with create_engine(place.teller_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    settle()
    ready(parent)
    tell(parts, number - facts.WARM)
    parent.recv()


def listen(parent: Connection, place: Place, number: int) -> None:
    """Let every event take effect, and answer when the last one is committed."""
    service = new_service("reminders", place.listener_url, place)
    parts = assemble(service)
    parts.listener.step()
    parent.send("connected")
    hear(parts, facts.WARM)
    settle()
    ready(parent)
    hear(parts, number - facts.WARM)
    parent.send(monotonic())
    parent.recv()


def measure(place: Place, number: int, envelope_events: int = ENVELOPE_EVENTS) -> float:
    """Return events per second from an outbox full of them to the last effect committed."""
    with Child(listen, place, number) as listener:
        listener.hear()
        with Child(relay, place, number, envelope_events) as teller:
            listener.hear()
            teller.hear()
            listener.say()
            began = monotonic()
            teller.say()
            took = listener.hear() - began
    facts.check(create_engine(place.listener_url), number)
    return float((number - facts.WARM) / took)


def tell(parts: Parts, number: int) -> None:
    """Relay until so many events are confirmed."""
    told = 0
    while told < number:
        told += parts.relay.step()


def hear(parts: Parts, number: int) -> None:
    """Listen until so many events took effect."""
    heard = 0
    while heard < number:
        heard += parts.listener.step(0.5)
