"""The shapes of an import."""

from marshmallow import Schema, fields


class ImportSchema(Schema):
    """A file to take in."""

    clinic_id = fields.UUID(required=True)
    clinician_id = fields.UUID(required=True)
    csv = fields.String(required=True, metadata={"description": "the text of the file"})
    dry_run = fields.Boolean(load_default=True)


class OutcomeSchema(Schema):
    """What a file changes, or would change."""

    opened = fields.Integer()
    joined = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    kept = fields.Integer()
    papers = fields.Integer()
