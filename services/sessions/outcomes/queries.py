"""Which quarters wait to be closed, and what each relationship contributes to one."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from services.sessions.outcomes import domain
from services.sessions.outcomes.models import ClosedPeriod, Closing, Contribution
from services.sessions.plans.models import Plan
from services.sessions.records.domain import Kind
from services.sessions.records.models import Entry
from services.sessions.roster import queries as roster
from services.sessions.roster.models import Form, Membership, Relationship
from services.sessions.series.domain import on_scale
from shared.events.content import Content, Reference
from shared.events.tables import undelivered, wanted
from shared.store import UnitOfWork

MEASURES = Path(__file__).parent / "measures.toml"

Answers = Mapping[UUID, Sequence[Mapping[str, Any]]]
"""What each present member answered, form by form, oldest first."""


@cache
def measures() -> Mapping[str, Any]:
    """Return what is contributed: ``steps`` and ``bands`` of measures.toml."""
    return tomllib.loads(MEASURES.read_text())


def clinics_due(work: UnitOfWork, now: datetime) -> list[UUID]:
    """Return the clinics with a quarter to close; for work opened by ``claiming``."""
    rows = select(Closing.clinic_id).where(Closing.due_at <= now).order_by(Closing.due_at)
    return list(work.session.scalars(rows.limit(50)))


def anything_pending(work: UnitOfWork, clinic_id: UUID) -> bool:
    """Say whether something told about a clinic has not taken effect here yet."""
    connection = work.session.connection()
    return any(
        connection.execute(select(func.count()).where(table.c.clinic_id == clinic_id)).scalar()
        for table in (wanted, undelivered)
    )


def contributions_of(
    work: UnitOfWork, clinic_id: UUID, quarter: domain.Quarter
) -> Iterator[tuple[Relationship, str, str]]:
    """Yield (relationship, measure, category) for all that were in care in a quarter."""
    begin, end = quarter.span(roster.zone_of(work, clinic_id))
    relationships = work.session.scalars(
        select(Relationship).where(
            Relationship.clinic_id == clinic_id,
            Relationship.opened_at < end,
            or_(Relationship.closed_at.is_(None), Relationship.closed_at >= begin),
        )
    ).all()
    for one in relationships:
        answers = _answers(work, one.id, end)
        for measure, question in measures()["steps"].items():
            yield one, measure, _change(answers, question, begin)
        counts = {
            "sessions.held": _sessions(work, one.id, quarter),
            "experiments.tried": _experiments(work, one.id, begin, end),
        }
        for measure, bands in measures()["bands"].items():
            yield one, measure, domain.band_of(counts[measure], bands)


def provide(work: UnitOfWork, references: Sequence[Reference]) -> dict[Reference, Content | None]:
    """Give reports the frozen rows of closed quarters; a quarter not closed is left out.

    A row whose relationship's key was destroyed is left out as well.
    """
    found: dict[Reference, Content | None] = {}
    for reference in references:
        closed = work.session.scalar(
            select(ClosedPeriod).where(
                ClosedPeriod.clinic_id == reference.clinic_id,
                ClosedPeriod.period == reference.version,
            )
        )
        if closed is not None:
            found[reference] = {"period": closed.period, "rows": _frozen(work, reference)}
    return found


def _frozen(work: UnitOfWork, reference: Reference) -> list[dict[str, str]]:
    rows = work.session.scalars(
        select(Contribution)
        .where(
            Contribution.clinic_id == reference.clinic_id,
            Contribution.period == reference.version,
        )
        .order_by(Contribution.episode_id, Contribution.measure)
    )
    opened = [(row, work.open(row, "value")) for row in rows]
    return [
        {"episode": str(row.episode_id), "measure": row.measure, "value": value}
        for row, value in opened
        if value is not None
    ]


def _answers(work: UnitOfWork, relationship_id: UUID, end: datetime) -> Answers:
    present = work.session.scalars(
        select(Membership.person_id).where(
            Membership.relationship_id == relationship_id, Membership.active
        )
    )
    answers: dict[UUID, list[Mapping[str, Any]]] = {person: [] for person in present}
    forms = select(Form).where(Form.relationship_id == relationship_id, Form.received_at < end)
    for form in work.session.scalars(forms.order_by(Form.received_at, Form.id)):
        given = work.open(form, "answers")
        if given and form.person_id in answers:
            answers[form.person_id].append({**given, "received_at": form.received_at})
    return answers


def _change(answers: Answers, question: str, begin: datetime) -> domain.Change:
    """Return how members moved from their first answer to their last, if that is of the quarter."""
    courses = []
    for forms in answers.values():
        own = [(form["received_at"], on_scale(form.get(question))) for form in forms]
        known = [(at, value) for at, value in own if value is not None]
        fresh = known and known[-1][0] >= begin
        courses.append([value for _, value in known] if fresh else [])
    return domain.change_of(courses)


def _sessions(work: UnitOfWork, relationship_id: UUID, quarter: domain.Quarter) -> int:
    wanted_rows = select(func.count()).where(
        Entry.relationship_id == relationship_id,
        Entry.kind == Kind.SESSION,
        Entry.happened_on >= quarter.first_day,
        Entry.happened_on < quarter.following.first_day,
    )
    return work.session.scalar(wanted_rows) or 0


def _experiments(work: UnitOfWork, relationship_id: UUID, begin: datetime, end: datetime) -> int:
    wanted_rows = select(func.count()).where(
        Plan.relationship_id == relationship_id, Plan.started_at >= begin, Plan.started_at < end
    )
    return work.session.scalar(wanted_rows) or 0
