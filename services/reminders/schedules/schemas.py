"""Shapes of schedules at the doors."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.reminders.schedules.domain import DAYS, State


class SlotSchema(Schema):
    """One occasion."""

    day = fields.Date(required=True, metadata={"description": "by the person's own calendar"})
    due_at = fields.AwareDateTime(required=True)


class PromptSchema(Schema):
    """How one prompt went."""

    local_date = fields.Date(required=True)
    due_at = fields.AwareDateTime(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    answered = fields.Boolean(required=True)


class ScheduleSchema(Schema):
    """One member's schedule."""

    id = fields.UUID(required=True)
    relationship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    weekday = fields.Integer(
        attribute="rule.weekday", metadata={"description": "0 is Monday"}, required=True
    )
    at = fields.Time(attribute="rule.at", format="%H:%M", required=True)
    paused = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    zone = fields.Function(lambda seen: seen.card.zone.key if seen.card else None)
    next_slots = fields.List(fields.Nested(SlotSchema), required=True)
    prompts = fields.List(fields.Nested(PromptSchema), required=True)


class ScheduleListSchema(Schema):
    """The schedules of a clinic's relationships."""

    items = fields.List(fields.Nested(ScheduleSchema), required=True)


class NewScheduleSchema(Schema):
    """What a schedule is to become; ``version`` is that of the schedule as it was read."""

    weekday = fields.Integer(
        required=True, strict=True, validate=validate.Range(0, 6, error="0 is Monday, 6 Sunday.")
    )
    at = fields.Time(required=True, format="%H:%M", metadata={"pattern": "^[0-2][0-9]:[0-5][0-9]$"})
    paused = fields.Boolean(load_default=False)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2_000_000_000))


class RuleForm(Schema):
    """The form by which staff change a day and time."""

    weekday = fields.Integer(required=True, validate=validate.Range(0, len(DAYS) - 1))
    at = fields.Time(required=True, format="%H:%M", error_messages={"invalid": "Write a time."})
    version = fields.Integer(load_default=0)


RULE_FORM = RuleForm(unknown="exclude")


def read_rule(form: Any) -> dict[str, Any]:
    """Return what staff chose; raises ValidationError."""
    read: dict[str, Any] = RULE_FORM.load(form)
    return read
