"""The rules of contributions: quarters, names that lead nowhere, and one row for each couple."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from shared.errors import NotYetKnown, Refusal

SECRET_BYTES = 32


class Teller(StrEnum):
    """A service that contributes at the close of a quarter."""

    SESSIONS = "sessions"
    REMINDERS = "reminders"


class NoSuchQuarter(Refusal):
    """A quarter is written as year and quarter, for instance 20263; this is none."""


class ContributionsUnfit(NotYetKnown):
    """These contributions do not fit their shape or their quarter; they are asked for again."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year, in UTC.

    >>> str(Quarter.of(20263))
    'July to September 2026'
    """

    year: int
    number: int

    @classmethod
    def of(cls, period: int) -> "Quarter":
        """Return the quarter that year * 10 + quarter stands for. Raises NoSuchQuarter."""
        year, number = divmod(period, 10)
        if not 1 <= number <= 4 or not 2000 <= year < 9999:
            raise NoSuchQuarter
        return cls(year, number)

    @property
    def period(self) -> int:
        """The quarter as events write it: year * 10 + quarter."""
        return self.year * 10 + self.number

    @property
    def ends_at(self) -> datetime:
        """The first moment after the quarter."""
        later = Quarter(self.year + self.number // 4, self.number % 4 + 1)
        return datetime(later.year, 3 * later.number - 2, 1, tzinfo=UTC)

    @property
    def last_day(self) -> date:
        """The last day of the quarter."""
        return (self.ends_at - timedelta(days=1)).date()

    @property
    def short(self) -> str:
        """The quarter in as few letters as a column has: 2026 Q3."""
        return f"{self.year} Q{self.number}"

    def __str__(self) -> str:
        first = date(self.year, 3 * self.number - 2, 1)
        return f"{first:%B} to {self.last_day:%B %Y}"


class Told(NamedTuple):
    """What intake has told about a couple: whether it may be counted."""

    episode_id: UUID
    permitted: bool
    revision: int


class Counted(NamedTuple):
    """One couple's place in one measure of a quarter, under a name of that quarter alone."""

    pseudonym: UUID
    measure: str
    value: str


@dataclass(frozen=True)
class Pseudonyms:
    """Names made with a clinic's secret of 32 bytes; without it they lead nowhere.

    A couple's permission stands under ``lasting``; what it contributes to a quarter stands under
    ``of_quarter``. Two quarters' names, or a name and a permission, cannot be put side by side by
    anyone who has the tables and not the secret (RPT-04).
    """

    secret: bytes

    def lasting(self, episode_id: UUID) -> UUID:
        """Return the name under which a permission is kept."""
        return self._name("permission", episode_id)

    def of_quarter(self, lasting: UUID, quarter: Quarter) -> UUID:
        """Return the name under which a couple is counted in one quarter."""
        return self._name(f"quarter {quarter.period}", lasting)

    def _name(self, purpose: str, what: UUID) -> UUID:
        said = b"attune reports v1\x1f" + purpose.encode() + b"\x1f" + what.bytes
        return UUID(bytes=hmac.digest(self.secret, said, sha256)[:16])


def one_row_each(rows: Iterable[Counted]) -> Sequence[Counted]:
    """Return one row for each couple and measure, in an order that tells nothing.

    Where a teller gave two, the last one counts. The order is that of the pseudonyms, so that no
    reader can lay the table beside a teller's list.
    """
    last = {(row.pseudonym, row.measure): row for row in rows}
    return sorted(last.values(), key=lambda row: (row.pseudonym, row.measure))
