"""Which rows would be printed, from caseloads and shares of consent alone (reporting 4.1, 4.3).

All numbers are couples that finish care, and how many of them permit to be counted; a relationship
of three counts like one of two. Nothing here is about anyone: it is arithmetic on what was typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.reports.releases.domain.limits import SMALLEST
from shared.errors import Refusal

THERAPISTS = 3
"""A row of fewer therapists is not printed: it would speak of one of them."""
QUARTERS = 4
OF_ITS_OWN = QUARTERS * SMALLEST
"""A clinic with fewer couples in a year than this has no row of its own."""
CLINICS_TOGETHER = 2
MOST_CLINICS, MOST_COUPLES, MOST_THERAPISTS = 60, 100_000, 2_000
SMALLER, EVERYONE = "Smaller clinics", "Whole organization"


class NotANumber(Refusal):
    """Use whole numbers: couples and therapists from 0, and a share from 0 to 100."""


class LargestTooLarge(Refusal):
    """The largest caseload cannot be larger than the clinic's number of couples."""


class Why(StrEnum):
    """Why a row would be printed or not, as the page says it."""

    PRINTS = "is printed"
    TOO_FEW = f"fewer than {SMALLEST} couples"
    FEW_THERAPISTS = f"fewer than {THERAPISTS} therapists"
    ONE_CASELOAD = f"fewer than {SMALLEST} couples without the largest caseload"


@dataclass(frozen=True, kw_only=True)
class Caseload:
    """A clinic's year: couples that finish care, therapists, and the largest of their caseloads.

    ``consent`` is the share, in percent, of couples of which every member permits to be counted.
    """

    name: str
    couples: int
    therapists: int
    largest: int
    consent: int

    def __post_init__(self) -> None:
        within = (
            0 <= self.couples <= MOST_COUPLES
            and 0 <= self.therapists <= MOST_THERAPISTS
            and 0 <= self.consent <= 100
            and self.largest >= 0
        )
        if not within:
            raise NotANumber
        if self.largest > self.couples:
            raise LargestTooLarge

    @property
    def counted(self) -> int:
        """How many of its couples would be counted in a year."""
        return self.couples * self.consent // 100

    @property
    def largest_counted(self) -> int:
        """How many couples of the largest caseload would be counted in a year, at most."""
        return -(-self.largest * self.consent // 100)


@dataclass(frozen=True, kw_only=True)
class Period:
    """A row in one period: about how many couples it counts, and whether it would be printed."""

    couples: int
    why: Why

    @property
    def prints(self) -> bool:
        """Whether the row would be printed."""
        return self.why is Why.PRINTS


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the report, with the clinics in it, in a quarter and in a year."""

    name: str
    clinics: tuple[str, ...]
    quarter: Period
    year: Period


def rows(caseloads: Sequence[Caseload]) -> list[Row]:
    """Return the rows that a report of these clinics would have; the organization's is the last.

    Clinics too small for a row of their own stand together, with the next smallest until they are
    two clinics of 44 couples and three therapists; where that fails, the organization stands alone.
    """
    alone, together = _grouped(caseloads)
    found = [_clinic(one) for one in alone]
    if together:
        found.append(_joint(SMALLER, together))
    return [*found, _joint(EVERYONE, caseloads)]


def _grouped(caseloads: Sequence[Caseload]) -> tuple[list[Caseload], list[Caseload]]:
    """Return the clinics with a row of their own, by name, and those that stand together."""
    by_size = sorted(caseloads, key=lambda one: (one.counted, one.name))
    together = [one for one in by_size if not _large_enough([one])]
    alone = [one for one in by_size if _large_enough([one])]
    while together and alone and not _may_stand(together):
        together.append(alone.pop(0))
    if together and not _may_stand(together):
        return [], []
    return sorted(alone, key=lambda one: one.name.casefold()), together


def _may_stand(group: Sequence[Caseload]) -> bool:
    return len(group) >= CLINICS_TOGETHER and _large_enough(group)


def _large_enough(group: Sequence[Caseload]) -> bool:
    return _couples(group) >= OF_ITS_OWN and _therapists(group) >= THERAPISTS


def _clinic(one: Caseload) -> Row:
    return _joint(one.name, [one])


def _joint(name: str, group: Sequence[Caseload]) -> Row:
    couples, therapists = _couples(group), _therapists(group)
    largest = max((one.largest_counted for one in group), default=0)
    return Row(
        name=name,
        clinics=tuple(one.name for one in group),
        quarter=_period(couples // QUARTERS, therapists, -(-largest // QUARTERS)),
        year=_period(couples, therapists, largest),
    )


def _period(couples: int, therapists: int, largest: int) -> Period:
    if couples < SMALLEST:
        why = Why.TOO_FEW
    elif therapists < THERAPISTS:
        why = Why.FEW_THERAPISTS
    elif couples - largest < SMALLEST:
        why = Why.ONE_CASELOAD
    else:
        why = Why.PRINTS
    return Period(couples=couples, why=why)


def _couples(group: Iterable[Caseload]) -> int:
    return sum(one.counted for one in group)


def _therapists(group: Iterable[Caseload]) -> int:
    return sum(one.therapists for one in group)
