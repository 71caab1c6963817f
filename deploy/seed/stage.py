"""The stage of the invented network: four services of its own, and a clock set by hand."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, delete, event

from deploy.network import Network, build_network
from deploy.seed.ledger import Ledger
from shared.auth.actors import Actor, Door, Role
from shared.clock import Clock
from shared.events.tables import relay_lease
from shared.events.worker import Worker
from shared.labels import Label
from shared.service import Job
from shared.settings import Settings


class SetClock(Clock):
    """Shows the time that it was set to."""

    def __init__(self, at: datetime):
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.at


class Stage:
    """Four services beside those that serve pages, on the same databases, with their workers."""

    def __init__(self, settings_for: Callable[[str], Settings], began: datetime):
        self.clock = SetClock(began)
        self.services: Network = build_network(settings_for, self.clock)
        for service in self.services.values():
            event.listen(service.store.engine, "connect", _write_fast)
            service.store.engine.dispose()
            _free_the_lease(service.store.engine)
        self.ledger = Ledger(self.services)
        self._workers = {name: Worker(one) for name, one in self.services.items()}

    def set(self, at: datetime) -> None:
        """Set the clock; it never goes back."""
        self.clock.at = max(self.clock.at, at)

    def hush(self) -> None:
        """Let facts and content travel until nothing is under way."""
        while sum(map(_travel, self._workers.values())):
            pass

    def do(self, service: str, *names: str) -> None:
        """Do these jobs of a service, or all, until they find nothing more to do."""
        for job in self.services[service].jobs:
            if not names or job.name in names:
                _drain(job)

    def leave(self) -> None:
        """Give the relays' leases back and leave the broker."""
        for worker in self._workers.values():
            worker.stop()
            worker.service.store.engine.dispose()


def staff_actor(
    staff_id: UUID, role: Role, clinics: Iterable[UUID], organization_id: UUID
) -> Actor:
    """Return a member of the invented staff as the one who acts."""
    return Actor(
        door=Door.STAFF,
        id=staff_id,
        role=role,
        clinics=frozenset(clinics),
        organization_id=organization_id,
        opens=frozenset(Label),
    )


def _travel(worker: Worker) -> int:
    parts = worker.parts
    return parts.relay.step() + parts.listener.step() + parts.fetching.step()


def _free_the_lease(engine: Engine) -> None:
    """Take the lease from a relay that was killed, or days would pass in which nothing travels.

    Nobody else relays here: one process holds the folder, and its workers begin when all is there.
    """
    with engine.begin() as connection:
        connection.execute(delete(relay_lease))


def _drain(job: Job) -> None:
    while job.run():
        pass


def _write_fast(connection: object, _record: object) -> None:
    """Leave it to the operating system when to write; a killed process loses nothing by that."""
    connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]
