"""The processes of a crash test: a writer, a relay and a listener, each of which can be killed.

They are started by a fork server that has imported everything, and share with their test only
real servers and files. ``die_at`` names the point at which a process kills itself with SIGKILL.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError
from waitress import create_server

from shared.assembly import new_feeds, new_service_app, new_store
from shared.auth.actors import system
from shared.clock import Clock
from shared.columns import new_base
from shared.contracts.intake import RelationshipChanged
from shared.errors import Refusal
from shared.events.points import Reach
from shared.events.publisher import Unconfirmed
from shared.events.worker import Parts, Worker, assemble
from shared.service import Service
from shared.settings import SERVICES, Mode, Settings
from shared.store import UnitOfWork
from shared.store.engines import new_engine
from tests.crash import history
from tests.servers.furnishing import furnish
from tests.shared.events.backbone import CLINIC, changed, ledger_on, silent_clients

SUBJECTS = tuple(UUID(int=(0x7000 << 64) + (0x8000 << 48) + nth) for nth in range(1, 9))


@dataclass(frozen=True)
class Where:
    """The servers and the folder that the processes of one test share."""

    folder: Path
    teller_url: str
    listener_url: str
    broker_url: str
    prefix: str
    feed_port: int

    def settings(self, service: str) -> Settings:
        """Return the settings of one of the two services."""
        return Settings(
            service=service,
            mode=Mode.TEST,
            data_dir=self.folder,
            database_url=self.teller_url if service == "intake" else self.listener_url,
            broker_url=self.broker_url,
            broker_prefix=self.prefix,
            internal_urls=dict.fromkeys(SERVICES, f"http://127.0.0.1:{self.feed_port}"),
        )


def dying(at: str | None, after: int = 1) -> Reach:
    """Return a hook that kills this process the ``after``-th time that it reaches a point."""
    seen = 0

    def reach(point: str) -> None:
        nonlocal seen
        if point == at:
            seen += 1
            if seen >= after:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


def teller(where: Where, reach: Reach) -> Service:
    """Return intake, with its feed."""
    settings, clock = where.settings("intake"), Clock()
    store = new_store(settings, new_base().metadata, reach=reach)
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        app=new_service_app(__name__, settings, store, clock),
        feeds=new_feeds(settings, silent_clients()),
        subscriptions={},
    )


def listener(where: Where, reach: Reach) -> Service:
    """Return sessions, which notes each change in a ledger that does not forbid doubles."""
    base = new_base()
    effect = ledger_on(base)
    settings, clock = where.settings("sessions"), Clock()
    store = new_store(settings, base.metadata, reach=reach)

    def note(work: UnitOfWork, event: RelationshipChanged) -> None:
        row = {"subject_id": str(event.relationship_id), "version": event.version}
        work.session.execute(insert(effect), [row])

    clients = silent_clients()
    clients["intake"] = httpx.Client(base_url=settings.internal_urls["intake"], timeout=5)
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        app=new_service_app(__name__, settings, store, clock),
        feeds=new_feeds(settings, clients),
        subscriptions={RelationshipChanged: note},
    )


def prepare(where: Where) -> None:
    """Make the tables of both, and the queues, so that nothing young is killed."""
    for make in (teller, listener):
        service = make(where, lambda point: None)
        furnish(service.store)
        Worker(service)
        service.store.engine.dispose()


def write(where: Where, die_at: str | None, seed: int, transactions: int, pace: float) -> None:
    """Commit changes of several subjects; one in ten rolls back. The history goes to a file.

    Each line is ``begin``, ``ok`` or ``fail``, and the (subject, version) pairs of a transaction.
    Versions continue from what the database holds, so that a writer can follow one that died.
    """
    chance = Random(seed)
    store = teller(where, dying(die_at, after=3)).store
    written = where.folder / f"history-{seed}.txt"
    base = seed * 1_000_000
    with written.open("a", buffering=1) as file:
        for nth in range(transactions):
            told = [(subject, base + nth) for subject in chance.sample(SUBJECTS, k=3)]
            line = " ".join(f"{subject}:{version}" for subject, version in told)
            file.write(f"begin {line}\n")
            try:
                with store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
                    work.record(*(changed(subject, version) for subject, version in told))
                    if chance.random() < 0.1:
                        raise Refusal
            except Refusal:
                file.write(f"fail {line}\n")
                continue
            except Exception:
                file.write(f"info {line}\n")
                sleep(0.2)
                continue
            file.write(f"ok {line}\n")
            sleep(pace * chance.random())


def relay(where: Where, die_at: str | None, seconds: float) -> None:
    """Relay for a while."""
    parts = _assembled(teller(where, lambda p: None), dying(die_at))
    _repeat(parts.relay.step, seconds)


def listen(where: Where, die_at: str | None, seconds: float) -> None:
    """Listen for a while."""
    parts = _assembled(listener(where, lambda p: None), dying(die_at))
    _repeat(lambda: parts.listener.step(0.1), seconds)


def _assembled(service: Service, reach: Reach) -> Parts:
    """Put the backbone together; a database that is down now is asked again, as in operation."""
    while True:
        try:
            return assemble(service, reach=reach)
        except DBAPIError:
            sleep(0.2)


def _repeat(step: Callable[[], int], seconds: float) -> None:
    until = monotonic() + seconds
    while monotonic() < until:
        try:
            done = step()
        except (Unconfirmed, Exception):
            done = 0
        if not done:
            sleep(0.02)


def start(target: Callable[..., None], *given: Any) -> Any:
    """Start one of the above as a process of its own."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.parts"])
    process = context.Process(target=target, args=given, daemon=True)
    process.start()
    return process


@contextmanager
def databases(where: Where) -> Iterator[tuple[Engine, Engine]]:
    """Open the databases of the teller and of the listener, and close them again."""
    engines = tuple(
        new_engine(where.settings(name).database_url) for name in ("intake", "sessions")
    )
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def settled(where: Where) -> bool:
    """Say whether every fact told has been heard, by the rows themselves."""
    with databases(where) as (teller_engine, listener_engine):
        with teller_engine.connect() as connection:
            told = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
            waiting = text("SELECT count(*) FROM unsequenced")
            if connection.execute(waiting).scalar_one():
                return False
        with listener_engine.connect() as connection:
            heard = connection.execute(text("SELECT coalesce(sum(position), 0) FROM inbox_cursor"))
            return bool(told and heard.scalar_one() == told)


def wait_until_settled(where: Where, *, seconds: float = 60) -> None:
    """Return once every fact has been heard; what is missing then is for the checker to say."""
    until = monotonic() + seconds
    while not settled(where) and monotonic() < until:
        sleep(0.2)


def faults(where: Where) -> list[str]:
    """Return what the checker finds in the histories of this place."""
    with databases(where) as (teller_engine, listener_engine):
        return history.faults(history.read(where.folder), teller_engine, listener_engine)


@contextmanager
def served(where: Where) -> Iterator[None]:
    """Serve the teller's feed over a real socket."""
    service = teller(where, lambda point: None)
    server = create_server(service.app, host="127.0.0.1", port=where.feed_port, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield
    server.close()
    service.store.engine.dispose()
