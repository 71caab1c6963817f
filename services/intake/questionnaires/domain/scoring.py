"""Scores as pure functions, and whether one differs from an earlier one by more than chance."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.intake.questionnaires.domain.packs import Direction, Item, Pack, Summing


class Moved(StrEnum):
    """How a person's score lies to their own earlier one; there is nobody else to compare with."""

    EASIER = "easier"
    SAME = "same"
    HARDER = "harder"


def score(pack: Pack, answers: Mapping[str, Any]) -> float | None:
    """Return the score of a person's answers, two digits after the point.

    None where a pack has no score, or where more was left out than its rule allows.
    """
    known = [
        _worth(pack, item, answers[item.code])
        for item in pack.scored_items
        if type(answers.get(item.code)) is int
    ]
    missing = len(pack.scored_items) - len(known)
    if pack.scoring.summing is Summing.NONE or not known or missing > pack.scoring.missing:
        return None
    mean = sum(known) / len(known)
    whole = mean if pack.scoring.summing is Summing.MEAN else mean * len(pack.scored_items)
    return round(whole, 2)


def moved(pack: Pack, *, earlier: float, later: float, points: float) -> Moved | None:
    """Return whether a score moved by at least ``points``, and to which end.

    None for a pack neither end of which is the easier one.
    """
    if pack.scoring.direction is Direction.NONE:
        return None
    rise = later - earlier if pack.scoring.direction is Direction.HIGHER else earlier - later
    if abs(rise) < points:
        return Moved.SAME
    return Moved.EASIER if rise > 0 else Moved.HARDER


def _worth(pack: Pack, item: Item, answer: int) -> int:
    if item.code in pack.scoring.reversed:
        return min(item.values) + max(item.values) - answer
    return answer
