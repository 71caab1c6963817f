"""The shapes in which programs read releases."""

from marshmallow import INCLUDE, Schema, fields


class EntrySchema(Schema):
    """A release in a list."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True, metadata={"description": "its place in the series"})
    period = fields.Integer(required=True, metadata={"description": "year * 10 + quarter"})
    period_words = fields.String(required=True)
    couples = fields.String(required=True, metadata={"description": "about how many were counted"})
    published_at = fields.AwareDateTime(required=True)
    data_until = fields.AwareDateTime(
        required=True, metadata={"description": "until when permissions were heeded"}
    )
    sha256 = fields.String(required=True, metadata={"description": "fingerprint of its document"})


class DocumentSchema(Schema):
    """A release as it was published; every figure in it is protected."""

    class Meta:
        unknown = INCLUDE

    format = fields.String(required=True)
    series = fields.String(required=True)
    number = fields.Integer(required=True)
    period = fields.Integer(required=True)
    organization = fields.String(required=True)
    tables = fields.List(fields.Dict(), required=True)
