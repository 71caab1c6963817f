"""The codes that events carry. They are neutral: none tells a reader of the wire what happened."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a person may permit and other services need to hear of, each on its own.

    The whole table is shared/consent/purposes.py; words here are neutral.
    """

    CHECKIN_EMAIL = "checkin.email"
    CHECKIN_SMS = "checkin.sms"
    CHECKIN_ITEMS = "checkin.items"
    REPORT_AGGREGATE = "report.aggregate"
    TERMS_APART = "terms.apart"
    TERMS_LIMITED = "terms.limited"
    TERMS_OPEN = "terms.open"


class Channel(StrEnum):
    """A way to reach a person."""

    EMAIL = "email"
    SMS = "sms"


class RelationshipState(StrEnum):
    """Whether a relationship is in care; apart: each member is, alone, and nothing is joint."""

    OPEN = "open"
    APART = "apart"
    CLOSED = "closed"

    @property
    def in_care(self) -> bool:
        """Whether its members are in care."""
        return self is not RelationshipState.CLOSED


IN_CARE = tuple(state for state in RelationshipState if state.in_care)
"""The states in which members are in care."""


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
