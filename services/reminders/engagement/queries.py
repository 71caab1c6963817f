"""Which quarters wait to be closed, what was answered in them, and what they contributed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from services.reminders.engagement.domain import Quarter, ended_quarters
from services.reminders.engagement.models import ClosedPeriod, Contribution
from services.reminders.roster import queries as roster
from services.reminders.roster.models import Relationship
from services.reminders.schedules.domain import State
from services.reminders.schedules.models import Prompt
from shared.events.content import Content, Reference
from shared.events.tables import wanted
from shared.store import UnitOfWork

Counts = tuple[UUID, int, int]
"""An episode, how many forms reached its members, and how many of them were answered."""


def quarters_to_close(
    work: UnitOfWork, *, clinic_id: UUID, since: datetime, grace: timedelta, now: datetime
) -> list[Quarter]:
    """Return the quarters of a clinic that have ended and are not closed, oldest first."""
    zone = ZoneInfo(roster.clinic(work, clinic_id).zone)
    closed = set(
        work.session.scalars(select(ClosedPeriod.period).where(ClosedPeriod.clinic_id == clinic_id))
    )
    ended = ended_quarters(since=since, now=now, zone=zone, grace=grace)
    return [quarter for quarter in ended if quarter.code not in closed]


def concerned(work: UnitOfWork, clinic_id: UUID) -> list[tuple[str, UUID]]:
    """Return the (stream, subject) pairs that a clinic's contributions rest on."""
    pairs = {("intake.clinics", clinic_id)}
    for relationship_id, person_id in roster.subjects_of(work, clinic_id):
        pairs |= {("intake.people", relationship_id), ("intake.consent", person_id)}
        pairs.add(("sessions.work", relationship_id))
    return sorted(pairs)


def content_awaited(work: UnitOfWork, clinic_id: UUID) -> bool:
    """Whether content of a clinic is still to be fetched."""
    waiting = select(func.count()).select_from(wanted).where(wanted.c.clinic_id == clinic_id)
    return bool(work.session.execute(waiting).scalar())


def counts_by_episode(work: UnitOfWork, *, clinic_id: UUID, quarter: Quarter) -> list[Counts]:
    """Return what reached and what was answered per episode, by the dates of a quarter."""
    rows = work.session.execute(
        select(Relationship.episode_id, func.count(), func.count(Prompt.answered_at))
        .join(
            Prompt,
            (Prompt.clinic_id == Relationship.clinic_id)
            & (Prompt.relationship_id == Relationship.id),
        )
        .where(
            Relationship.clinic_id == clinic_id,
            Prompt.state == State.ACCEPTED,
            Prompt.local_date >= quarter.begins_on,
            Prompt.local_date < quarter.following.begins_on,
        )
        .group_by(Relationship.episode_id)
        .order_by(Relationship.episode_id)
    )
    return [(episode_id, sent, answered) for episode_id, sent, answered in rows]


def contributions(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Return the frozen rows of each closed quarter; one that is open is left out."""
    return {
        reference: {"period": reference.version, "rows": _rows(work, reference)}
        for reference in references
        if is_closed(work, clinic_id=reference.clinic_id, period=reference.version)
    }


def is_closed(work: UnitOfWork, *, clinic_id: UUID, period: int) -> bool:
    """Whether a quarter of a clinic is closed."""
    closed = select(ClosedPeriod.id).where(
        ClosedPeriod.clinic_id == clinic_id, ClosedPeriod.period == period
    )
    return work.session.scalar(closed) is not None


def _rows(work: UnitOfWork, reference: Reference) -> list[dict[str, str]]:
    rows = work.session.scalars(
        select(Contribution)
        .where(
            Contribution.clinic_id == reference.clinic_id,
            Contribution.period == reference.version,
        )
        .order_by(Contribution.episode_id)
    )
    return [
        {"episode": str(row.episode_id), "measure": row.measure, "value": row.value} for row in rows
    ]
