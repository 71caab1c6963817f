"""Closing a quarter: once, after reading all that was told before its end, and for good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reminders.engagement import domain, queries
from services.reminders.engagement.domain import GRACE, Quarter
from services.reminders.engagement.models import ClosedPeriod, Contribution
from services.reminders.roster.queries import known_clinics
from shared.auth.actors import system
from shared.contracts.reminders import RemindersPeriodClosed
from shared.events.freshness import Freshness, Proof
from shared.store import Store, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Bookkeeping:
    """What closing needs besides the rows: what proves that nothing is missing, and patience."""

    store: Store
    freshness: Freshness
    grace: timedelta = GRACE


def close_periods(books: Bookkeeping, *, now: datetime) -> int:
    """Close every quarter that is due, of every clinic; return how many."""
    with books.store.claiming() as work:
        clinics = known_clinics(work)
    return sum(_close_clinic(books, clinic_id, since, now) for clinic_id, since in clinics)


def close_period(
    work: UnitOfWork, *, clinic_id: UUID, quarter: Quarter, proof: Proof, now: datetime
) -> bool:
    """Freeze what a quarter contributes and tell it, once; False while something may be missing."""
    connection = work.session.connection()
    pairs = queries.concerned(work, clinic_id)
    complete = all(proof.holds(connection, stream, subject) for stream, subject in pairs)
    if not complete or queries.content_awaited(work, clinic_id):
        return False
    if queries.is_closed(work, clinic_id=clinic_id, period=quarter.code):
        return False
    work.add(
        ClosedPeriod(clinic_id=clinic_id, id=work.new_id(), period=quarter.code, closed_at=now)
    )
    for counts in queries.counts_by_episode(work, clinic_id=clinic_id, quarter=quarter):
        _contribute(work, clinic_id, quarter, counts)
    work.record(RemindersPeriodClosed(clinic_id=clinic_id, occurred_at=now, period=quarter.code))
    return True


def _close_clinic(books: Bookkeeping, clinic_id: UUID, since: datetime, now: datetime) -> int:
    actor = system(books.store.service)
    with books.store.reading(clinics={clinic_id}, actor=actor) as work:
        due = queries.quarters_to_close(
            work, clinic_id=clinic_id, since=since, grace=books.grace, now=now
        )
        pairs = queries.concerned(work, clinic_id) if due else []
    closed = 0
    for quarter in due:
        proof = books.freshness.prove(pairs)
        with books.store.unit_of_work(clinics={clinic_id}, actor=actor) as work:
            closed += close_period(work, clinic_id=clinic_id, quarter=quarter, proof=proof, now=now)
    return closed


def _contribute(
    work: UnitOfWork, clinic_id: UUID, quarter: Quarter, counts: queries.Counts
) -> None:
    episode_id, sent, answered = counts
    work.add(
        Contribution(
            clinic_id=clinic_id,
            id=work.new_id(),
            period=quarter.code,
            episode_id=episode_id,
            measure=domain.MEASURE,
            value=domain.share_word(sent=sent, answered=answered),
        )
    )
