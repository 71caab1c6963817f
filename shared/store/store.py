"""A service's database, opened one unit of work at a time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import MetaData, event
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from shared import tenancy
from shared.auth.actors import Actor, system
from shared.clock import Clock, Now
from shared.events.points import Reach, pass_by
from shared.events.wake import InProcess, Wake
from shared.keys import KeyRing
from shared.store.engines import new_engine
from shared.store.everywhere import settle_in, together
from shared.store.trail import write_apart, write_down
from shared.store.work import NewId, UnitOfWork, refuse_foreign_rows, scope_to_clinics


class Store:
    """Opens units of work on one database, and wakes the relay after a commit that told something.

    The wake happens outside the transaction; losing it costs one poll.
    """

    def __init__(
        self,
        url: str,
        metadata: MetaData,
        *,
        service: str,
        keys: KeyRing,
        new_id: NewId = uuid7,
        wake: Wake | None = None,
        reach: Reach = pass_by,
        now: Now | None = None,
    ):
        self.engine = new_engine(url)
        self.metadata = metadata
        self.service = service
        self.keys = keys
        self.new_id = new_id
        self._wake = wake or InProcess()
        self._reach = reach
        self._now = now or Clock().now
        self._reader = self.engine.execution_options(attune_reading=True)

    @contextmanager
    def unit_of_work(
        self,
        *,
        clinics: Iterable[UUID],
        actor: Actor,
        reach: tenancy.Reach = tenancy.Reach.CLINICS,
    ) -> Iterator[UnitOfWork]:
        """Open a transaction for these clinics; it commits on a clean exit, else keeps nothing.

        What a person saw and changed in it is written into the audit trail by the same commit.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            work = self._work(session, clinics, actor, reach)
            yield work
            if work.looked:
                session.flush()
                write_down(session.connection(), work, self._now())
            if work.told:
                self._reach("work.recorded")
        if work.told:
            self._reach("work.committed")
            self._wake()

    @contextmanager
    def reading(self, *, clinics: Iterable[UUID], actor: Actor) -> Iterator[UnitOfWork]:
        """Open a transaction that only reads, and is always rolled back.

        What a person saw in it is written into the audit trail before this returns; where that
        fails, it raises TrailUnavailable, and nothing of it may be shown.
        """
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            work = self._work(session, clinics, actor, tenancy.Reach.CLINICS)
            yield work
            session.rollback()
        if work.looked:
            write_apart(self.engine, work, self._now())

    @contextmanager
    def claiming(self) -> Iterator[UnitOfWork]:
        """Open a worker's transaction that sees due work of all clinics, and nothing else."""
        actor, reach = system(self.service), tenancy.Reach.CLAIMS
        with self.unit_of_work(clinics=(), actor=actor, reach=reach) as work:
            yield work

    @contextmanager
    def looking_up(self) -> Iterator[UnitOfWork]:
        """Open a transaction that only reads where secrets of all clinics lead."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield self._work(session, (), system(self.service), tenancy.Reach.LOOKUP)

    def wait(self, timeout: float) -> None:
        """Return when something was told, or after ``timeout`` seconds."""
        self._wake.wait(timeout)

    def create_tables(self) -> None:
        """Make every table that is missing, with all that protects it; and the key store's."""
        every = together(self.metadata)
        every.create_all(self.engine)
        with self.engine.begin() as connection:
            settle_in(connection, every)
        self.keys.store.prepare()

    def _work(
        self, session: Session, clinics: Iterable[UUID], actor: Actor, reach: tenancy.Reach
    ) -> UnitOfWork:
        event.listen(session, "do_orm_execute", scope_to_clinics)
        event.listen(session, "before_flush", refuse_foreign_rows)
        return UnitOfWork(
            session,
            service=self.service,
            clinics=frozenset(clinics),
            actor=actor,
            keys=self.keys,
            new_id=self.new_id,
            reach=reach,
        )
