"""The shape in which tellers give their contributions."""

from marshmallow import EXCLUDE, Schema, fields, validate

CODE = validate.Regexp(r"^[a-z][a-z0-9_.-]{0,59}$")
MOST_ROWS = 200_000


class ContributionSchema(Schema):
    """One episode's place in one measure."""

    class Meta:
        unknown = EXCLUDE

    episode = fields.UUID(required=True)
    measure = fields.String(required=True, validate=CODE)
    value = fields.String(required=True, validate=CODE)


class ContributionsSchema(Schema):
    """All that a teller contributes of one clinic to one quarter."""

    class Meta:
        unknown = EXCLUDE

    period = fields.Integer(required=True, strict=True)
    rows = fields.List(
        fields.Nested(ContributionSchema),
        required=True,
        validate=validate.Length(max=MOST_ROWS),
    )
