"""The numbers and words that protection goes by (design: reporting, section 4.4)."""

from enum import StrEnum

SMALLEST = 11
"""A count of fewer couples than this, zero included, is never printed."""

BASE = 5
"""Every printed count is rounded to the nearest multiple of this."""

SPREAD = 4
"""A withheld count keeps at least this many values besides the true one."""

PERCENT_FROM = 20
"""A printed count smaller than this carries no percentages."""

LOWEST_PERCENT, HIGHEST_PERCENT = 5, 95
"""Percentages beyond these are printed as "or less" and "or more"."""

SERIES = "preview"


class Shown(StrEnum):
    """What a reader finds in a place of a table."""

    PRINTED = "printed"
    WITHHELD = "withheld"
    NOT_AVAILABLE = "not_available"


def rounded(count: int) -> int:
    """Return a count as it is printed: to the nearest multiple of five.

    >>> [rounded(count) for count in (11, 12, 13, 17, 18)]
    [10, 10, 15, 15, 20]
    """
    return (count + BASE // 2) // BASE * BASE


def behind(printed: int) -> tuple[int, int]:
    """Return the smallest and largest count that a printed number may stand for.

    >>> behind(10), behind(40)
    ((11, 12), (38, 42))
    """
    return max(printed - BASE // 2, SMALLEST), printed + BASE // 2
