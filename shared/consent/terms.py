"""The words of consent, and how long a yes may hold."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import Refusal


class State(StrEnum):
    """What a person said; or (``paused``) that what they said is worth nothing for now.

    ``deferred``: they said neither yes nor no, but not now.
    """

    GIVEN = "given"
    REFUSED = "refused"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"


class Method(StrEnum):
    """How it reached us."""

    ON_SCREEN = "on_screen"
    SPOKEN = "spoken"
    ON_PAPER = "on_paper"
    STOP_LINK = "stop_link"


class Setting(StrEnum):
    """Where the person was when they decided; always without the other members."""

    ALONE_AT_CLINIC = "alone_at_clinic"
    ALONE_BY_PHONE = "alone_by_phone"
    ALONE_BY_LINK = "alone_by_link"


class BeyondTerms(Refusal):
    """A consent needs an end, and none may hold longer than its purpose allows."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A length of time as people agree on it."""

    months: int = 0
    days: int = 0

    def after(self, moment: datetime) -> datetime:
        """Return the same time of day so much later; a shorter month's last day where it must."""
        year, month = divmod(moment.year * 12 + moment.month - 1 + self.months, 12)
        day = min(moment.day, monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)


def check_span(valid_from: datetime, valid_until: datetime | None, *, longest: Span) -> None:
    """Raise BeyondTerms unless a yes ends after it begins and within its purpose's time."""
    if valid_until is None or not valid_from < valid_until <= longest.after(valid_from):
        raise BeyondTerms
