"""Quarters by a clinic's calendar, and how a relationship is placed in exactly one category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

GRACE = timedelta(days=7)
"""How long after its end a quarter stays open for entries that are written late."""

STEP = 1
"""Points of a scale from 0 to 10 that are called a step."""


class Change(StrEnum):
    """How the members of one relationship moved, as one category for all of them.

    A change is one of at least one step; nothing here is called reliable.
    """

    ALL_HIGHER = "all_higher"
    SOME_HIGHER = "some_higher"
    ANY_LOWER = "any_lower"
    SAME = "same"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; ``code`` is year * 10 + quarter, as events carry it."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter in which a day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def read(cls, code: int) -> "Quarter":
        """Return the quarter of a code."""
        return cls(*divmod(code, 10))

    @property
    def code(self) -> int:
        """The number under which events and reports know this quarter."""
        return self.year * 10 + self.number

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def following(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Return when it begins (included) and ends (excluded) by the clocks of a zone, in UTC."""
        days = self.first_day, self.following.first_day
        begin, end = (
            datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days
        )
        return begin, end


def change_of(answers: Sequence[Sequence[int]]) -> Change:
    """Return the category of a relationship; ``answers`` are each member's, oldest first.

    >>> change_of([[3, 5], [6, 5]])
    <Change.ANY_LOWER: 'any_lower'>
    """
    if not answers or any(len(one) < 2 for one in answers):
        return Change.NOT_MEASURED
    moved = [one[-1] - one[0] for one in answers]
    if min(moved) <= -STEP:
        return Change.ANY_LOWER
    if min(moved) >= STEP:
        return Change.ALL_HIGHER
    return Change.SOME_HIGHER if max(moved) >= STEP else Change.SAME


def band_of(count: int, bands: Mapping[str, int]) -> str:
    """Return the name of the band that a count falls into; bands are upper ends, ascending."""
    return next(name for name, highest in bands.items() if count <= highest)
