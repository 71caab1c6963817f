"""Quarters by a clinic's calendar, and how a share of answered forms is told: in four words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MEASURE = "checkins.answered"
SHARES = ((0.75, "most"), (0.35, "some"))
GRACE = timedelta(days=7)
"""How long after its end a quarter stays open for what is still on its way."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; ``code`` is year * 10 + quarter, as events carry it."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter in which a day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def code(self) -> int:
        """The number under which events and reports know this quarter."""
        return self.year * 10 + self.number

    @property
    def begins_on(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def following(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def ended_at(self, zone: ZoneInfo) -> datetime:
        """Return the instant at which it ends by the clocks of a zone."""
        end = datetime.combine(self.following.begins_on, time(), tzinfo=zone)
        return end.astimezone(UTC)


def ended_quarters(
    *, since: datetime, now: datetime, zone: ZoneInfo, grace: timedelta = GRACE
) -> Iterator[Quarter]:
    """Yield the quarters from ``since`` on that ended at least ``grace`` ago, oldest first."""
    quarter = Quarter.of(since.astimezone(zone).date())
    while quarter.ended_at(zone) + grace <= now:
        yield quarter
        quarter = quarter.following


def share_word(*, sent: int, answered: int) -> str:
    """Return how many of the forms that reached people were answered: most, some, few or none."""
    if not answered:
        return "none"
    return next((word for least, word in SHARES if answered / sent >= least), "few")
