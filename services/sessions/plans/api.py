"""Plans for programs: JSON under /api/relationships/<id>/plans."""

from typing import Any
from uuid import UUID

from flask import current_app
from flask_smorest import Blueprint

from services.sessions.plans import gateways, queries, usecases
from services.sessions.plans.models import Plan
from services.sessions.plans.schemas import (
    NewPlanSchema,
    OpennessSchema,
    PlanSchema,
    PlansSchema,
)
from services.sessions.roster import queries as roster
from shared.web import now, reading, unit_of_work

blueprint = Blueprint(
    "trying", __name__, url_prefix="/api", description="What a relationship is offered to try"
)


@blueprint.get("/relationships/<uuid:relationship_id>/plans")
@blueprint.response(200, PlansSchema)
@blueprint.alt_response(404, description="There is no such relationship, or it is not yours.")
def plans(relationship_id: UUID) -> dict[str, Any]:
    """List what was offered to a relationship, to its treating clinician."""
    with reading() as work:
        roster.treated(work, relationship_id)
        found = [_shown(one) for one in queries.plans_of(work, relationship_id)]
    return {"total": len(found), "plans": found}


@blueprint.post("/relationships/<uuid:relationship_id>/plans")
@blueprint.arguments(NewPlanSchema)
@blueprint.response(201, PlanSchema)
@blueprint.alt_response(404, description="There is no such relationship, or it is not yours.")
def offer(body: dict[str, Any], relationship_id: UUID) -> dict[str, Any]:
    """Offer something of the menu; it begins only when every member said yes alone."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
    known = gateways.ask(current_app.extensions["freshness"], together)
    with unit_of_work() as work:
        offered = usecases.offer_plan(
            work, relationship_id=relationship_id, known=known.holds(work), now=now(), **body
        )
        return _shown(offered)


@blueprint.get("/relationships/<uuid:relationship_id>/openness")
@blueprint.response(200, OpennessSchema)
@blueprint.alt_response(404, description="There is no such relationship in your clinics.")
def openness(relationship_id: UUID) -> dict[str, Any]:
    """Say whether something is being tried: available, or not available now."""
    with reading() as work:
        return {"openness": queries.openness_of(work, relationship_id)}


def _shown(plan: Plan) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "experiment": plan.experiment,
        "days": plan.days,
        "state": plan.state,
        "offered_at": plan.offered_at,
        "started_at": plan.started_at,
        "ended_at": plan.ended_at,
    }
