"""The shapes of the progress log at its door for programs."""

from marshmallow import Schema, fields, validate

from services.sessions.records.domain import LONGEST, LONGEST_REASON, Kind


class PartsSchema(Schema):
    """What was written for one member; every member has the same four parts."""

    person_id = fields.UUID(required=True)
    behaviour = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    impact = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    wish = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    next_step = fields.String(load_default="", validate=validate.Length(max=LONGEST))


class NewEntrySchema(Schema):
    """An entry to be written."""

    kind = fields.Enum(Kind, by_value=True, load_default=Kind.SESSION)
    happened_on = fields.Date(required=True)
    members = fields.List(
        fields.Nested(PartsSchema), required=True, validate=validate.Length(min=1, max=20)
    )


class NewVersionSchema(NewEntrySchema):
    """A correction: what the entry shall say, which version was seen, and why."""

    class Meta:
        exclude = ("kind",)

    seen = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_REASON))


class EntrySchema(Schema):
    """What an entry says now; ``number`` counts its versions from 1."""

    entry_id = fields.UUID()
    kind = fields.Enum(Kind, by_value=True)
    number = fields.Integer()
    happened_on = fields.Date()
    written_at = fields.AwareDateTime()
    members = fields.List(fields.Nested(PartsSchema))


class LogSchema(Schema):
    """Every entry of a relationship, the latest day first; ``total`` counts what is listed."""

    total = fields.Integer()
    entries = fields.List(fields.Nested(EntrySchema))
