"""Someone is gone for good here: a mark that stays, and the destroying of their keys after it.

What was held of a person is removed in the transaction that hears of it, so that everything stops
at once. Their keys lie apart from the database: a job destroys them, removes what came in between,
and only then says that it is done. Ended anywhere, it goes on from there, and says so once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts import Event
from shared.contracts.intake import PersonErased
from shared.keys import Scope
from shared.store import ClaimRow, Store, UnitOfWork
from shared.store.ending import end_keys, keeper, keys_ended

AT_ONCE = 50


class ErasureRow(ClaimRow):
    """That a person is gone for good; its id is theirs, and late facts do not bring them back.

    ``request_id`` is what it is answered under; ``ended_at`` is when their keys were destroyed.
    """

    request_id: Mapped[UUID]
    heard_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    stopped: Mapped[int]
    removed: Mapped[int]


class Forgotten(NamedTuple):
    """How much was stopped and how many rows were removed."""

    stopped: int = 0
    removed: int = 0


Row = TypeVar("Row", bound=ErasureRow)
Forget = Callable[[UnitOfWork, UUID, UUID, datetime], Forgotten]
"""Stops and removes what is held of a (clinic, person) at a moment; safe to do again."""

Settle = Callable[[UnitOfWork, ErasureRow, int], None]
"""Says that it is done, and how many keys were destroyed."""


@dataclass(frozen=True, kw_only=True)
class PartInErasing:
    """What a service does that hears of it: the mark it keeps, what it forgets, how it answers.

    ``answer`` is the class of a fact that says how much was stopped, removed and destroyed.
    """

    mark: type[ErasureRow]
    forget: Forget
    answer: Callable[..., Event]

    def erase(self, work: UnitOfWork, event: PersonErased) -> None:
        """Stop and remove everything of a person; their keys follow within seconds."""
        begin(
            work,
            self.mark,
            clinic_id=event.clinic_id,
            person_id=event.person_id,
            request_id=event.request_id,
            forget=self.forget,
            now=event.occurred_at,
        )

    def destroy_keys(self, store: Store, *, now: datetime) -> int:
        """Destroy the keys of those who are gone, and tell that it is done; return how many."""

        def settle(work: UnitOfWork, row: ErasureRow, keys: int) -> None:
            work.record(
                self.answer(
                    clinic_id=row.clinic_id,
                    occurred_at=now,
                    request_id=row.request_id,
                    stopped=row.stopped,
                    removed=row.removed,
                    keys=keys,
                )
            )

        return end_due(store, self.mark, forget=self.forget, settle=settle, now=now)


def is_erased(work: UnitOfWork, kind: type[Row], clinic_id: UUID, person_id: UUID) -> bool:
    """Say whether a person is gone for good."""
    return work.session.get(kind, (clinic_id, person_id)) is not None


def begin(
    work: UnitOfWork,
    kind: type[Row],
    *,
    clinic_id: UUID,
    person_id: UUID,
    request_id: UUID,
    forget: Forget,
    now: datetime,
) -> Row | None:
    """Stop and remove what is held of a person, and mark them as gone; None if they were."""
    if is_erased(work, kind, clinic_id, person_id):
        return None
    done = forget(work, clinic_id, person_id, now)
    row = kind()
    row.clinic_id, row.id, row.request_id, row.heard_at = clinic_id, person_id, request_id, now
    row.ended_at, row.stopped, row.removed = None, done.stopped, done.removed
    return work.add(row)


def end_due(store: Store, kind: type[Row], *, forget: Forget, settle: Settle, now: datetime) -> int:
    """Destroy the keys of those who are gone and whose keys still stand; return how many."""
    with store.claiming() as work:
        query = select(kind.clinic_id, kind.id).where(kind.ended_at.is_(None)).limit(AT_ONCE)
        due = work.session.execute(query).all()
    return sum(
        _end(store, kind, clinic_id, person_id, forget=forget, settle=settle, now=now)
        for clinic_id, person_id in due
    )


def _end(
    store: Store,
    kind: type[Row],
    clinic_id: UUID,
    person_id: UUID,
    *,
    forget: Forget,
    settle: Settle,
    now: datetime,
) -> int:
    end_keys(store, clinic_id=clinic_id, scope=Scope.PERSON, subject_id=person_id)
    with store.unit_of_work(clinics={clinic_id}, actor=keeper(store.service)) as work:
        row = work.session.get(kind, (clinic_id, person_id), with_for_update=True)
        if row is None or row.ended_at is not None:
            return 0
        late = forget(work, clinic_id, person_id, now)
        row.stopped, row.removed = row.stopped + late.stopped, row.removed + late.removed
        row.ended_at = now
        keys = keys_ended(store, clinic_id=clinic_id, scope=Scope.PERSON, subject_id=person_id)
        settle(work, row, keys)
    return 1
