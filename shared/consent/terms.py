"""The words of consent, and how long a yes may hold."""

from calendar import monthrange
from datetime import datetime
from enum import StrEnum

from shared.errors import Refusal


class State(StrEnum):
    """What a person said."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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


def latest_end(valid_from: datetime, *, months: int) -> datetime:
    """Return the same time of day ``months`` later, or on the last day of a shorter month."""
    year, month = divmod(valid_from.year * 12 + valid_from.month - 1 + months, 12)
    day = min(valid_from.day, monthrange(year, month + 1)[1])
    return valid_from.replace(year=year, month=month + 1, day=day)


def check_span(valid_from: datetime, valid_until: datetime | None, *, months: int) -> None:
    """Raise BeyondTerms unless a yes ends after it begins and within its purpose's months."""
    if valid_until is None or not valid_from < valid_until <= latest_end(valid_from, months=months):
        raise BeyondTerms
