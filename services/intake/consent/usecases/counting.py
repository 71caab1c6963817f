"""Whether episodes may be counted in reports, worked out anew whenever that may have changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import domain, queries
from services.intake.people import queries as people
from services.intake.people import usecases as people_usecases
from services.intake.people.models import Contribution
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


def _end_contribution(store: Store, clinic_id: UUID, row_id: UUID, now: datetime) -> int:
    with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
        row = work.session.get(Contribution, (clinic_id, row_id), with_for_update=True)
        if row is None or row.permitted_until is None or row.permitted_until > now:
            return 0
        row.permitted_until = None
        people_usecases.tell_contribution(work, row, now)
        return 1
