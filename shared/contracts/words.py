"""The codes that events carry. They are neutral: none tells a reader of the wire what happened."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a person may permit, each on its own (safety-security.md, section 4).

    An exercise is permitted offer by offer and belongs to sessions; it is not listed here.
    """

    CHECKIN_EMAIL = "checkin.email"
    CHECKIN_SMS = "checkin.sms"
    REPORT_AGGREGATE = "report.aggregate"


class Channel(StrEnum):
    """A way to reach a person."""

    EMAIL = "email"
    SMS = "sms"


class RelationshipState(StrEnum):
    """Whether a relationship is in care."""

    OPEN = "open"
    CLOSED = "closed"


class PlanState(StrEnum):
    """Where an experiment stands; the reason of an ending is never told."""

    OFFERED = "offered"
    RUNNING = "running"
    ENDED = "ended"


class PromptOutcome(StrEnum):
    """How a prompt was settled."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
