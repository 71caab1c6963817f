"""What sessions holds of one person alone, for the copy that they are given."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.sessions.plans import domain, queries
from services.sessions.plans.models import EarlierAnswer, OfferRevision, Plan
from services.sessions.roster.models import Form
from shared.audit.entries import Act, kind_of
from shared.consent.ledger import history
from shared.consent.revision import Revision
from shared.consent.sealed import opened
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
    for answer in _of(work, EarlierAnswer, clinic_id, person_id, EarlierAnswer.recorded_at):
        plan = work.get(Plan, clinic_id, answer.plan_id)
        found[str(plan.relationship_id)]["said_to_offers"].append(_earlier(work, plan, answer))
    for act in opened(work, history(work, OfferRevision, clinic_id=clinic_id, person_id=person_id)):
        plan = work.get(Plan, clinic_id, domain.plan_of(act.purpose))
        found[str(plan.relationship_id)]["said_to_offers"].append(_said(work, plan, act))
    return dict(found)


def _said(work: UnitOfWork, plan: Plan, act: Revision) -> dict[str, Any]:
    """Return one word to an offer with the text that was read, and its revision as it is kept."""
    return {
        "offer": _name_of(plan),
        "said": domain.word_of(act.state, act.method),
        "at": act.decided_at.isoformat(),
        "until": act.valid_until.isoformat(),
        "how": act.method,
        "where": act.setting,
        "text_shown": json.loads(queries.shown_to(work, act)),
        "evidence": act.content(),
    }


def _earlier(work: UnitOfWork, plan: Plan, answer: EarlierAnswer) -> dict[str, Any]:
    """Return a word that was kept before the text was kept with it."""
    return {
        "offer": _name_of(plan),
        "said": work.open(answer, "said"),
        "at": answer.recorded_at.isoformat(),
        "text_shown": None,
    }


def _name_of(plan: Plan) -> str:
    experiment = queries.menu().get(plan.experiment)
    return experiment.name if experiment else plan.experiment


def _of(work: UnitOfWork, kind: Any, clinic_id: UUID, person_id: UUID, order: Any) -> Any:
    mine = select(kind).where(kind.clinic_id == clinic_id, kind.person_id == person_id)
    return work.session.scalars(mine.order_by(order, kind.id)).all()
