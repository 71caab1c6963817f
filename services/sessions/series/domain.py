"""One person's answers, read against nothing but that person's own earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

LOWEST, HIGHEST = 0, 10
ENOUGH = 3
"""Earlier answers from which a range of one's own can be spoken of."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question answered on a scale from 0 to 10, with the words at its ends."""

    id: str
    name: str
    low: str
    high: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A question answered by choosing; ``options`` are the words of each code."""

    id: str
    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Usual:
    """The range and the middle of one person's earlier answers."""

    low: int
    high: int
    middle: float


def on_scale(answer: Any) -> int | None:
    """Return an answer as a number of the scale; None for every other answer."""
    if isinstance(answer, bool) or not isinstance(answer, int):
        return None
    return answer if LOWEST <= answer <= HIGHEST else None


def usual(values: Sequence[int]) -> Usual | None:
    """Return the range that lies behind the latest answer, once there is enough behind it."""
    earlier = values[:-1]
    if len(earlier) < ENOUGH:
        return None
    return Usual(low=min(earlier), high=max(earlier), middle=median(earlier))


def reading(values: Sequence[int]) -> str:
    """Return one sentence that reads a course of answers, oldest first, and judges nothing.

    >>> reading([4, 6, 5, 8])
    'Earlier answers lie between 4 and 6, with 5 in the middle; the latest, 8, lies above.'
    """
    own = usual(values)
    if not values:
        return "No answer yet."
    if own is None:
        return f"{_counted(len(values))} so far; the latest is {values[-1]}."
    span = f"at {own.low}" if own.low == own.high else f"between {own.low} and {own.high}"
    middle = "" if own.low == own.high else f", with {own.middle:g} in the middle"
    return (
        f"Earlier answers lie {span}{middle}; the latest, {values[-1]}, {_place(values[-1], own)}."
    )


def _counted(number: int) -> str:
    words = {1: "One answer", 2: "Two answers", 3: "Three answers"}
    return words.get(number, f"{number} answers")


def _place(value: int, own: Usual) -> str:
    if value > own.high:
        return "lies above"
    return "lies below" if value < own.low else "lies within"
