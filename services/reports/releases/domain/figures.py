"""Percentages and how far they may be trusted, from printed numbers alone."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from services.reports.releases.domain.limits import (
    BASE,
    HIGHEST_PERCENT,
    LOWEST_PERCENT,
    PERCENT_FROM,
)

Z = 1.959963984540054
ROUNDING_VARIANCE = (BASE**2 - 1) / 12


class Edge(StrEnum):
    """Whether a percentage is printed as such, or as an end that it lies beyond."""

    EXACT = "about"
    OR_LESS = "or_less"
    OR_MORE = "or_more"


@dataclass(frozen=True)
class Share:
    """A printed percentage with the interval in which 95 of 100 such shares would lie."""

    percent: int
    edge: Edge
    low: int
    high: int


def share(count: int, couples: int) -> Share | None:
    """Return the share of ``count`` in ``couples``, both printed; None where those are too few."""
    if couples < PERCENT_FROM:
        return None
    proportion = min(count / couples, 1.0)
    low, high = wilson(proportion, effective(count, couples))
    percent = round(100 * proportion)
    edge = Edge.EXACT
    if percent <= LOWEST_PERCENT:
        percent, edge = LOWEST_PERCENT, Edge.OR_LESS
    elif percent >= HIGHEST_PERCENT:
        percent, edge = HIGHEST_PERCENT, Edge.OR_MORE
    return Share(percent, edge, round(100 * low), round(100 * high))


def effective(count: int, couples: int) -> float:
    """Return the number of couples that rounding to fives leaves a share worth."""
    proportion = min(count / couples, 1.0)
    adjusted = min((count + 2) / (couples + 4), 1 - 2 / (couples + 4))
    spread = adjusted * (1 - adjusted)
    rounding = ROUNDING_VARIANCE * (1 + proportion**2) / couples**2
    return spread / (spread / couples + rounding)


def wilson(proportion: float, number: float) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % interval of a proportion seen in ``number`` couples."""
    middle = proportion + Z**2 / (2 * number)
    reach = Z * sqrt(proportion * (1 - proportion) / number + Z**2 / (4 * number**2))
    whole = 1 + Z**2 / number
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
