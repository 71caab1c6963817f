"""The inbox under any order of deliveries, losses, crashes, failures and repairs (Hypothesis)."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select

from shared.columns import new_base
from shared.contracts.intake import RelationshipChanged
from shared.contracts.streams import STREAMS
from shared.errors import Refusal, Unreachable
from shared.events.heard import Heard, read_again
from shared.events.inbox import Inbox
from shared.events.outbox import cloud_event, with_position
from shared.events.tables import inbox_cursor, undelivered
from shared.store import Store, UnitOfWork
from tests.rings import new_ring
from tests.shared.events.backbone import NOON, changed, ledger_on

PLACE = ("intake.people", 0)
GENERATION = uuid4()


class Crash(BaseException):
    """The process dies here."""


def subjects(count: int) -> list[UUID]:
    """Return ids that all stand in the first partition."""
    stream = STREAMS[PLACE[0]]
    found: list[UUID] = []
    chance = Random(1)
    while len(found) < count:
        candidate = UUID(int=chance.getrandbits(128), version=4)
        if stream.partition_of(candidate) == PLACE[1]:
            found.append(candidate)
    return found


SUBJECTS = subjects(3)


class InboxMachine(RuleBasedStateMachine):
    """A model: what was told, and what the inbox made of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        base = new_base()
        self.effect = ledger_on(base)
        self.store = Store(
            f"sqlite:///{Path(self.folder.name) / 'sessions.sqlite'}",
            base.metadata,
            service="sessions",
            keys=new_ring(),
        )
        self.store.create_tables()
        self.crash_at = ""
        self.broken = False
        self.poison: set[int] = set()
        self.discarded: set[int] = set()
        self.told: list[Heard] = []
        self.in_flight: list[int] = []
        self.inbox = Inbox(
            self.store, {RelationshipChanged: self._note}, lambda: NOON, reach=self._reach
        )
        self.inbox.open_cursors()

    @rule(subject=st.sampled_from(SUBJECTS), lost=st.booleans(), poison=st.integers(0, 9))
    def tell(self, subject: UUID, lost: bool, poison: int) -> None:
        position = len(self.told) + 1
        written = cloud_event("intake", changed(subject, position), position, uuid4(), PLACE[1])
        text = with_position(written, position, GENERATION)
        self.told.append(read_again(text))
        if poison == 0:
            self.poison.add(position)
        if not lost:
            self.in_flight.append(position)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), keep=st.booleans(), crash=st.sampled_from(["", "listener.applied"]))
    def deliver(self, data: Any, keep: bool, crash: str) -> None:
        nth = data.draw(st.integers(0, len(self.in_flight) - 1))
        many = data.draw(st.integers(1, 3))
        chosen = self.in_flight[nth : nth + many]
        if self._apply([self.told[position - 1] for position in chosen], crash) and not keep:
            del self.in_flight[nth : nth + many]

    @rule(crash=st.sampled_from(["", "", "listener.applied"]))
    def read_the_feed(self, crash: str) -> None:
        rest = self.told[self._cursor() : self._cursor() + 5]
        if rest:
            self._apply(rest, crash)

    @rule(broken=st.booleans())
    def break_or_heal_what_handlers_need(self, broken: bool) -> None:
        self.broken = broken

    @rule()
    def retry(self) -> None:
        with self.store.engine.begin() as connection:
            connection.execute(
                undelivered.update()
                .where(undelivered.c.status == "retrying")
                .values(next_try_at=0.0, tries=1)
            )
        self.inbox.retry_one(Random(3))

    @precondition(lambda self: self._dead())
    @rule()
    def discard_a_dead_one(self) -> None:
        position = self._dead()[0]
        with self.store.engine.begin() as connection:
            connection.execute(undelivered.delete().where(undelivered.c.position == position))
        self.discarded.add(position)

    @invariant()
    def nothing_takes_effect_twice(self) -> None:
        done = [position for _, position in self._effects()]
        assert len(done) == len(set(done))

    @invariant()
    def each_subject_keeps_its_order(self) -> None:
        for subject in SUBJECTS:
            done = [position for who, position in self._effects() if who == str(subject)]
            assert done == sorted(done)

    @invariant()
    def all_up_to_the_cursor_is_applied_parked_or_discarded(self) -> None:
        done = {position for _, position in self._effects()}
        parked = self._parked()
        assert not done & parked
        assert done | parked | self.discarded == set(range(1, self._cursor() + 1))

    @invariant()
    def nothing_overtakes_a_parked_fact_of_its_subject(self) -> None:
        effects = self._effects()
        for position in self._parked():
            subject = self.told[position - 1].subject_id
            assert all(done < position for who, done in effects if who == subject)

    def teardown(self) -> None:
        """Heal everything; then all must have come to its end."""
        self.broken = False
        self.poison.clear()
        while self._cursor() < len(self.told):
            self._apply(self.told[self._cursor() :], "")
        with self.store.engine.begin() as connection:
            connection.execute(undelivered.update().values(status="retrying", next_try_at=0.0))
        while self.inbox.retry_one(Random(5)):
            pass
        done = {position for _, position in self._effects()}
        assert done | self.discarded == set(range(1, len(self.told) + 1))
        self.store.engine.dispose()
        self.folder.cleanup()

    def _note(self, work: UnitOfWork, event: RelationshipChanged) -> None:
        if event.version in self.poison:
            raise Refusal
        if self.broken:
            raise Unreachable
        row = {"subject_id": str(event.relationship_id), "version": event.version}
        work.session.execute(insert(self.effect), [row])

    def _reach(self, point: str) -> None:
        if point == self.crash_at:
            raise Crash

    def _apply(self, heard: list[Heard], crash: str) -> bool:
        self.crash_at = crash
        try:
            self.inbox.apply(heard, way="broker")
        except Crash:
            return False
        finally:
            self.crash_at = ""
        return True

    def _cursor(self) -> int:
        here = (inbox_cursor.c.stream == PLACE[0]) & (inbox_cursor.c.partition == PLACE[1])
        with self.store.engine.connect() as connection:
            return connection.execute(select(inbox_cursor.c.position).where(here)).scalar_one()

    def _effects(self) -> list[tuple[str, int]]:
        rows = select(self.effect.c.subject_id, self.effect.c.version).order_by(self.effect.c.id)
        with self.store.engine.connect() as connection:
            return [(row.subject_id, row.version) for row in connection.execute(rows)]

    def _parked(self) -> set[int]:
        with self.store.engine.connect() as connection:
            return set(connection.execute(select(undelivered.c.position)).scalars())

    def _dead(self) -> list[int]:
        rows = select(undelivered.c.position).where(undelivered.c.status == "dead")
        with self.store.engine.connect() as connection:
            return list(connection.execute(rows.order_by(undelivered.c.position)).scalars())


def test_the_inbox_keeps_its_promise_whatever_happens_in_whatever_order() -> None:
    run_state_machine_as_test(
        InboxMachine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
