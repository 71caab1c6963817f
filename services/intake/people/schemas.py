"""The shapes of relationships and people at the door for programs."""

from datetime import time
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.intake.people.domain import (
    MOST_MEMBERS,
    Contact,
    Details,
    NewMember,
    NotAsked,
    Window,
)


class WindowSchema(Schema):
    """Hours of one weekday (0 is Monday) at which it is safe to write."""

    day = fields.Integer(required=True, strict=True, validate=validate.Range(0, 6))
    begins = fields.Time(required=True, format="%H:%M", data_key="from")
    ends = fields.Time(required=True, format="%H:%M", data_key="to")

    @post_load
    def _made(self, given: dict[str, Any], **_more: Any) -> Window:
        return Window(given["day"], _minute(given["begins"]), _minute(given["ends"]))


class NewMemberSchema(Schema):
    """Someone about to belong to a relationship."""

    name = fields.String(required=True, validate=validate.Length(1, 120))
    pronouns = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))
    not_asked = fields.Enum(NotAsked, by_value=True, load_default=None, allow_none=True)
    language = fields.String(load_default="en")
    zone = fields.String(required=True, metadata={"example": "Europe/Lisbon"})
    email = fields.Email(load_default=None, allow_none=True)
    windows = fields.List(fields.Nested(WindowSchema), load_default=list)

    @post_load
    def _made(self, given: dict[str, Any], **_more: Any) -> NewMember:
        contact = Contact(email=given.pop("email"), windows=tuple(given.pop("windows")))
        not_asked = given.pop("not_asked")
        return NewMember(details=Details(**given), contact=contact, not_asked=not_asked)


class NewRelationshipSchema(Schema):
    """A relationship to open."""

    clinic_id = fields.UUID(required=True)
    clinician_id = fields.UUID(required=True)
    label = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=120))
    members = fields.List(
        fields.Nested(NewMemberSchema), required=True, validate=validate.Length(2, MOST_MEMBERS)
    )


class MemberSchema(Schema):
    """A member, without the ways to reach them."""

    id = fields.UUID(attribute="person_id")
    name = fields.String(attribute="details.name")
    pronouns = fields.String(attribute="details.pronouns", allow_none=True)
    language = fields.String(attribute="details.language")
    zone = fields.String(attribute="details.zone")
    joined_at = fields.AwareDateTime()


class RelationshipSchema(Schema):
    """A relationship with its members, in no order of importance."""

    id = fields.UUID()
    clinic_id = fields.UUID()
    clinician_id = fields.UUID()
    label = fields.String(allow_none=True)
    state = fields.String()
    opened_at = fields.AwareDateTime()
    members = fields.List(fields.Nested(MemberSchema))


class PageQuerySchema(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))


class PageSchema(Schema):
    """One page of relationships, newest first."""

    count = fields.Integer()
    items = fields.List(fields.Nested(RelationshipSchema))


def _minute(at: time) -> time:
    return at.replace(second=0, microsecond=0)
