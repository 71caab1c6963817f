"""The worker of a service: its relay, its listener and its clock, stepped or run in threads."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from threading import Event as Flag
from threading import Thread
from time import sleep
from typing import Any
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError

from shared.contracts.streams import streams_of
from shared.events import lookout
from shared.events.broker import Link, QueueUnfit
from shared.events.fetching import Fetching
from shared.events.inbox import Inbox
from shared.events.lease import Lease
from shared.events.listener import Ear, Listener
from shared.events.points import Reach, pass_by
from shared.events.publisher import Publisher, Unconfirmed
from shared.events.relay import ENVELOPE_EVENTS, Relay
from shared.events.sequencing import ensure_heads
from shared.events.topology import Topology
from shared.logs import logger
from shared.service import Job, Service

POLL_SECONDS = 1.0
HEAR_SECONDS = 0.5
PAUSE_AFTER_FAILURE = 0.5
STOP_SECONDS = 20.0

log = logger("worker")


@dataclass(frozen=True)
class Parts:
    """What a worker is made of; tests and benchmarks put in their own."""

    relay: Relay
    listener: Listener
    fetching: Fetching
    inbox: Inbox


def assemble(
    service: Service, *, reach: Reach = pass_by, envelope_events: int = ENVELOPE_EVENTS
) -> Parts:
    """Put the backbone of a service together, with its heads and cursors in place."""
    settings, store, chance = service.settings, service.store, Random()
    with store.engine.begin() as connection:
        ensure_heads(connection, streams_of(service.name))
    inbox = Inbox(store, service.subscriptions, service.clock.now, reach=reach)
    ears = []
    publishers = {}
    for private in (False, True):
        topology = Topology(settings.broker_prefix, private=private, durable=not settings.embedded)
        connect = _connecting(service, topology)
        publishers[private] = Publisher(connect, service.name, reach=reach)
        queue = topology.queue_for(service.name)
        if queue is not None:
            ears.append(Ear(connect, queue, service.name, chance))
    relay = Relay(
        store.engine,
        service.name,
        publishers,
        Lease(store.engine, "relay", uuid4()),
        envelope_events=envelope_events,
        reach=reach,
    )
    return Parts(
        relay=relay,
        listener=Listener(service.name, inbox, ears, service.repair(inbox), reach=reach),
        fetching=Fetching(store, service.feeds, service.wanting),
        inbox=inbox,
    )


def _connecting(service: Service, topology: Topology) -> Callable[[], Link]:
    settings = service.settings
    url = settings.private_broker_url if topology.private else settings.broker_url
    return lambda: Link(url, topology, f"attune-{service.name}")


YOUNG_OBJECTS = 50_000
"""So many new objects are waited for before what is young is searched for garbage."""


def settle() -> None:
    """Spare everything that is in memory by now, and stays, from all later garbage collections.

    A worker makes many short-lived objects; each look through all modules would cost 50 ms, and
    a look at what is young after every 700 objects a tenth of all its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


class Worker:
    """Runs one service's side of the backbone and its jobs; ``step`` is the whole of it, once."""

    def __init__(self, service: Service, parts: Parts | None = None):
        self.service = service
        self.parts = parts or assemble(service)
        self._chance = Random()
        self._stop = Flag()
        self._threads: list[Thread] = []
        self._clock = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def step(self, *, read_up: bool = True) -> int:
        """Tell, hear, fetch and do each job once; return how many things happened.

        Without ``read_up`` only what the broker brings is heard, unless the feeds are due anyhow.
        """
        told = self.parts.relay.step()
        heard = self.parts.listener.step()
        if read_up:
            heard += self.read_up()
        return told + heard + self.keep_house() + sum(job.run() for job in self.service.jobs)

    def read_up(self) -> int:
        """Read in every feed what has not been heard, and return how much that was."""
        return self.parts.listener.catch_up(now=True)

    def keep_house(self) -> int:
        """Fetch wanted content and try parked events once."""
        return self.parts.fetching.step() + self.parts.inbox.retry_one(self._chance)

    def start(self) -> None:
        """Start the relay, the listener and the clock in threads of their own.

        Raises QueueUnfit when the broker's queues would lose messages.
        """
        settle()
        for name, work in (("relay", self._relay_once), ("listener", self._listen_once)):
            thread = Thread(
                target=self._repeat, args=(work,), name=f"{self.service.name}-{name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        for job in (*self.service.jobs, *self._house_jobs()):
            self._clock.add_job(
                self._drained(job), "interval", seconds=job.every.total_seconds(), id=job.name
            )
        self._clock.start()

    def stop(self) -> None:
        """Finish what is running, take nothing more, and leave; at most 20 s."""
        self._stop.set()
        if self._clock.running:
            self._clock.shutdown(wait=True)
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self.parts.listener.stop()
        self.parts.relay.stop()

    def run(self) -> None:
        """Run until ``stop`` is called from another thread or a signal handler."""
        self.start()
        self._stop.wait()

    def _house_jobs(self) -> tuple[Job, ...]:
        return (
            Job(name="fetch", every=timedelta(seconds=1), run=self.parts.fetching.step),
            Job(
                name="retry",
                every=timedelta(seconds=1),
                run=lambda: self.parts.inbox.retry_one(self._chance),
            ),
            Job(
                name="lookout",
                every=timedelta(seconds=15),
                run=lambda: lookout.measure(self.service.store, self.service.clock.now()),
            ),
        )

    def _relay_once(self) -> None:
        if not self.parts.relay.step():
            self.service.store.wait(POLL_SECONDS)
            self.parts.relay.beat()

    def _listen_once(self) -> None:
        if not self.parts.listener.step(HEAR_SECONDS):
            sleep(0 if self.parts.listener.hearing else HEAR_SECONDS)

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except Unconfirmed as unconfirmed:
                log.warning("unconfirmed", code=unconfirmed.reason)
                self._stop.wait(PAUSE_AFTER_FAILURE * (0.5 + self._chance.random()))
            except QueueUnfit:
                log.error("queue_unfit")
                self._stop.wait(10 * PAUSE_AFTER_FAILURE)
            except DBAPIError as failure:
                log.warning("database_failed", code=type(failure).__name__)
                self._stop.wait(PAUSE_AFTER_FAILURE)
            except Exception as error:
                log.error("unexpected", exc_info=error)
                self._stop.wait(PAUSE_AFTER_FAILURE)

    def _drained(self, job: Job) -> Callable[[], Any]:
        """Return a tick that repeats a job while it finds something to do."""

        def tick() -> None:
            try:
                while not self._stop.is_set() and job.run():
                    pass
            except DBAPIError as failure:
                log.warning("database_failed", code=type(failure).__name__)
            except Exception as error:
                log.error("unexpected", exc_info=error)

        return tick
