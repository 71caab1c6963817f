"""Closing a clinic's quarter: once, for good, and only when everything told has arrived."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from services.sessions.outcomes import queries
from services.sessions.outcomes.domain import Quarter
from services.sessions.outcomes.models import ClosedPeriod, Closing, Contribution
from services.sessions.roster import queries as roster
from services.sessions.roster.domain import day_in
from services.sessions.roster.models import Relationship
from shared.contracts.sessions import SessionsPeriodClosed
from shared.keys import KeyGone
from shared.store import UnitOfWork


def plan_closing(
    work: UnitOfWork, *, clinic_id: UUID, since: datetime | None, grace: timedelta
) -> None:
    """Note when a clinic's next quarter closes; its first is the one in which ``since`` lies.

    Asked again when the clinic's zone is known or has changed, which moves the moment only.
    """
    zone = roster.zone_of(work, clinic_id)
    row = work.session.get(Closing, (clinic_id, clinic_id))
    if row is None:
        if since is None:
            return
        row = Closing(clinic_id=clinic_id, id=clinic_id)
        row.period = Quarter.of(day_in(zone, since)).code
        work.session.add(row)
    row.due_at = Quarter.read(row.period).span(zone)[1] + grace
    work.session.flush()


def close_period(
    work: UnitOfWork, *, clinic_id: UUID, complete: bool, grace: timedelta, now: datetime
) -> bool:
    """Freeze what each relationship contributes to the quarter that is due, and tell reports.

    ``complete`` is whether all feeds were read to their end by a read begun after the quarter's
    end. Says whether a quarter was closed.
    """
    closing = work.session.scalar(
        select(Closing).where(Closing.clinic_id == clinic_id).with_for_update()
    )
    if closing is None or closing.due_at > now or not complete:
        return False
    if queries.anything_pending(work, clinic_id):
        return False
    quarter = Quarter.read(closing.period)
    work.add(
        ClosedPeriod(clinic_id=clinic_id, id=work.new_id(), period=quarter.code, closed_at=now)
    )
    for relationship, measure, value in list(queries.contributions_of(work, clinic_id, quarter)):
        freeze(work, quarter, relationship, measure, value)
    closing.period = quarter.following.code
    closing.due_at = quarter.following.span(roster.zone_of(work, clinic_id))[1] + grace
    work.record(SessionsPeriodClosed(clinic_id=clinic_id, occurred_at=now, period=quarter.code))
    return True


def freeze(
    work: UnitOfWork, quarter: Quarter, relationship: Relationship, measure: str, value: str
) -> None:
    """Keep a category; of a relationship whose key was destroyed nothing is kept any more."""
    row = Contribution(clinic_id=relationship.clinic_id, id=work.new_id(), period=quarter.code)
    row.relationship_id, row.episode_id = relationship.id, relationship.episode_id
    row.measure = measure
    with suppress(KeyGone):
        work.seal(row, value=value)
        work.session.add(row)
