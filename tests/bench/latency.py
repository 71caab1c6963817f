"""How long it takes from the teller's commit to the listener's, when there is little to tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median, quantiles
from time import monotonic, sleep
from uuid import UUID

from shared.auth.actors import system
from shared.contracts.sessions import PlanChanged
from shared.events.inbox import Batch
from shared.events.worker import Worker, assemble
from shared.store import UnitOfWork
from tests.bench import facts, ours
from tests.bench.children import Child, ready
from tests.bench.stage import Place

PER_SECOND = 50
SETTLING, SETTLING_SECONDS = 20, 2


@dataclass(frozen=True)
class Latency:
    """Seconds from commit to commit, and of one transaction of the producer."""

    p50: float
    p99: float
    producer: float


def relay(parent: Connection, place: Place) -> None:
    """Run the teller's worker as in production."""
    worker = Worker(ours.new_service("sessions", place.teller_url, place))
    worker.start()
    ready(parent)
    worker.stop()


def produce(parent: Connection, place: Place, number: int) -> None:
    """Commit 50 events a second, each with a row of its own; answer when each was committed."""
    store = ours.new_service("sessions", place.teller_url, place).store
    ready(parent)
    committed: dict[UUID, float] = {}
    lasted: list[float] = []
    began = monotonic()
    for nth, fact in enumerate(facts.facts(number)):
        sleep(max(0.0, began + nth / PER_SECOND - monotonic()))
        started = monotonic()
        with store.unit_of_work(clinics={facts.CLINIC}, actor=system("sessions")) as work:
            facts.take_effect(work.session.connection(), [fact])
            work.record(fact)
        committed[fact.plan_id] = monotonic()
        lasted.append(committed[fact.plan_id] - started)
    parent.send((committed, lasted))
    parent.recv()


def listen(parent: Connection, place: Place) -> None:
    """Let events take effect as in production; answer when each was committed."""
    arriving: list[UUID] = []
    committed: dict[UUID, float] = {}

    def take(work: UnitOfWork, events: Iterable[PlanChanged]) -> None:
        ours.take_plans(work, list(events))
        arriving.extend(event.plan_id for event in events)

    def reach(point: str) -> None:
        if point == "listener.committed":
            committed.update(dict.fromkeys(arriving, monotonic()))
            arriving.clear()

    service = ours.new_service("reminders", place.listener_url, place, Batch(take))
    worker = Worker(service, assemble(service, reach=reach))
    worker.start()
    ready(parent)
    parent.send(committed)
    worker.stop()


def measure(place: Place, number: int) -> Latency:
    """Return the times of this many events."""
    with Child(listen, place) as listener, Child(relay, place) as teller:
        listener.hear()
        teller.hear()
        with Child(produce, place, number) as producer:
            producer.hear()
            sleep(SETTLING_SECONDS)
            producer.say()
            told, lasted = producer.hear()
            sleep(SETTLING_SECONDS)
            listener.say()
            heard = listener.hear()
    if heard.keys() != told.keys():
        raise facts.Wrong(f"{len(heard)} of {len(told)} effects")
    took = [heard[plan_id] - told[plan_id] for plan_id in told][SETTLING:]
    return Latency(median(took), quantiles(took, n=100)[98], median(lasted[SETTLING:]))
