"""The shapes of plans at their door for programs."""

from marshmallow import Schema, fields, validate

from services.sessions.plans.domain import FEWEST_DAYS, MOST_DAYS
from shared.consent.gate import Openness
from shared.contracts.words import PlanState


class NewPlanSchema(Schema):
    """Something of the menu that is to be offered."""

    experiment = fields.String(required=True, validate=validate.Length(min=1, max=20))
    days = fields.Integer(load_default=None, validate=validate.Range(FEWEST_DAYS, MOST_DAYS))


class PlanSchema(Schema):
    """A plan without anyone's answer: those are shown on the clinician's own page alone."""

    plan_id = fields.UUID()
    experiment = fields.String()
    days = fields.Integer()
    state = fields.Enum(PlanState, by_value=True)
    offered_at = fields.AwareDateTime()
    started_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class PlansSchema(Schema):
    """Every plan of a relationship, the latest first; ``total`` counts what is listed."""

    total = fields.Integer()
    plans = fields.List(fields.Nested(PlanSchema))


class OpennessSchema(Schema):
    """All that staff other than the treating clinician are told."""

    openness = fields.Enum(Openness, by_value=True)
