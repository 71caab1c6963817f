"""What sessions holds of one person alone, for the copy that they are given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.sessions.plans.models import Answer, Plan
from services.sessions.plans.queries import menu
from services.sessions.roster.models import Form
from shared.audit.entries import Act, kind_of
from shared.events.content import Content, Reference
from shared.keys import Scope
from shared.store import UnitOfWork

PERSON = "sessions.person"
Rows = Mapping[str, list[dict[str, Any]]]


def share_of(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Give what is held of people, by relationship, to whoever acts for staff of their clinic.

    What they answered, and what they said to offers, each alone; never what is written about all.
    """
    asked = [one for one in references if one.clinic_id in work.actor.clinics]
    return {one: {"relationships": _share(work, one.clinic_id, one.subject_id)} for one in asked}


def _share(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> dict[str, Rows]:
    work.note(
        Act.EXPORTED,
        clinic_id=clinic_id,
        subject_id=person_id,
        kind=kind_of(Scope.PERSON),
        what="person",
    )
    found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(
        lambda: {"answers_read_by_the_clinician": [], "said_to_offers": []}
    )
    for form in _of(work, Form, clinic_id, person_id, Form.received_at):
        here = found[str(form.relationship_id)]["answers_read_by_the_clinician"]
        given = work.open(form, "answers")
        here.append({"received_at": form.received_at.isoformat(), "answers": given})
    for answer in _of(work, Answer, clinic_id, person_id, Answer.recorded_at):
        plan = work.get(Plan, clinic_id, answer.plan_id)
        found[str(plan.relationship_id)]["said_to_offers"].append(_said(work, plan, answer))
    return dict(found)


def _said(work: UnitOfWork, plan: Plan, answer: Answer) -> dict[str, Any]:
    experiment = menu().get(plan.experiment)
    return {
        "offer": experiment.name if experiment else plan.experiment,
        "said": work.open(answer, "said"),
        "at": answer.recorded_at.isoformat(),
    }


def _of(work: UnitOfWork, kind: Any, clinic_id: UUID, person_id: UUID, order: Any) -> Any:
    mine = select(kind).where(kind.clinic_id == clinic_id, kind.person_id == person_id)
    return work.session.scalars(mine.order_by(order, kind.id)).all()
