"""Whether episodes may be counted in reports, worked out anew whenever that may have changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import domain, queries
from services.intake.people import queries as people
from services.intake.people import usecases as people_usecases
from services.intake.people.models import Contribution, Relationship
from shared.auth.actors import system
from shared.store import Store, UnitOfWork

MOST_AT_ONCE = 100


def count_again(work: UnitOfWork, *, person_id: UUID, now: datetime) -> None:
    """Work out anew whether each of a person's episodes may be counted in reports."""
    for relationship in people.episodes_of(work, person_id):
        decisions = queries.all_count(work, relationship, now)
        people_usecases.settle_contribution(
            work,
            relationship=relationship,
            permitted_until=domain.counted_until(decisions),
            now=now,
        )


def end_contributions(store: Store, *, now: datetime) -> int:
    """Tell reports of episodes whose permission has ended by itself; return how many."""
    with store.claiming() as work:
        query = (
            select(Contribution.clinic_id, Contribution.id)
            .where(Contribution.permitted_until <= now)
            .limit(MOST_AT_ONCE)
        )
        due = work.session.execute(query).all()
    return sum(_end_contribution(store, clinic_id, row_id, now) for clinic_id, row_id in due)


class CountedByTexts:
    """Goes through all that is counted, once in a process: a new release may bring new texts.

    What was worked out before a material text was known would be counted for too long.
    """

    def __init__(self, store: Store):
        self._store = store
        self._done = False

    def run(self, *, now: datetime) -> int:
        """Work out anew until when each episode may be counted; return how many were looked at."""
        if self._done:
            return 0
        seen = 0
        after = UUID(int=0)
        while due := _counted_after(self._store, after):
            for clinic_id, row_id in due:
                _count_anew(self._store, clinic_id, row_id, now)
            seen, after = seen + len(due), due[-1][1]
        self._done = True
        return seen


def _counted_after(store: Store, after: UUID) -> Sequence[tuple[UUID, UUID]]:
    """Return the next episodes that are counted, as (clinic, id), in the order of their ids."""
    query = (
        select(Contribution.clinic_id, Contribution.id)
        .where(Contribution.permitted_until.is_not(None), Contribution.id > after)
        .order_by(Contribution.id)
        .limit(MOST_AT_ONCE)
    )
    with store.claiming() as work:
        return [(clinic_id, row_id) for clinic_id, row_id in work.session.execute(query)]


def _count_anew(store: Store, clinic_id: UUID, row_id: UUID, now: datetime) -> None:
    with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
        row = work.session.get(Contribution, (clinic_id, row_id), with_for_update=True)
        if row is None or row.permitted_until is None:
            return
        relationship = work.get(Relationship, clinic_id, row_id)
        people_usecases.settle_contribution(
            work,
            relationship=relationship,
            permitted_until=domain.counted_until(queries.all_count(work, relationship, now)),
            now=now,
        )


def _end_contribution(store: Store, clinic_id: UUID, row_id: UUID, now: datetime) -> int:
    with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
        row = work.session.get(Contribution, (clinic_id, row_id), with_for_update=True)
        if row is None or row.permitted_until is None or row.permitted_until > now:
            return 0
        row.permitted_until = None
        people_usecases.tell_contribution(work, row, now)
        return 1
