"""What a progress-log entry may hold, and how a course of time is laid out week by week."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from shared.errors import Refusal

LONGEST = 4_000
"""Characters that one field may hold; the same for every member."""

LONGEST_REASON = 500

Parts = Mapping[UUID, Mapping[str, str]]
"""For each member, the words of each part."""

Dated = TypeVar("Dated")


class Part(StrEnum):
    """The parts of an entry, for every member alike (REC-06)."""

    BEHAVIOUR = "behaviour"
    IMPACT = "impact"
    WISH = "wish"
    NEXT_STEP = "next_step"


class Kind(StrEnum):
    """What an entry is about."""

    SESSION = "session"
    BETWEEN = "between"


class NothingWritten(Refusal):
    """Write at least one line before you save."""


class TooLong(Refusal):
    """One field holds more than 4,000 characters. Shorten it, or divide it between two entries."""


class NotOfThisRelationship(Refusal):
    """Someone named here does not belong to this relationship."""


class NotHappenedYet(Refusal):
    """This day lies ahead. Choose today or an earlier day."""


class OneAtATime(Refusal):
    """They are in care apart. Write an entry for each of them alone."""


class ReasonMissing(Refusal):
    """Say in a few words why the entry is corrected: at most 500 letters."""


def fitting_parts(given: Parts, members: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the words of every part for every member, each with the same parts.

    Raises NotOfThisRelationship, TooLong or NothingWritten.
    """
    if not set(given) <= set(members):
        raise NotOfThisRelationship
    full = {
        member: {str(part): given.get(member, {}).get(part, "").strip() for part in Part}
        for member in members
    }
    words = [text for parts in full.values() for text in parts.values()]
    if any(len(text) > LONGEST for text in words):
        raise TooLong
    if not any(words):
        raise NothingWritten
    return full


def about_one(parts: Mapping[UUID, Mapping[str, str]]) -> None:
    """Raise OneAtATime when an entry has words about several members."""
    if sum(any(words.values()) for words in parts.values()) > 1:
        raise OneAtATime


def fitting_day(day: date, *, today: date) -> date:
    """Return a day that has begun. Raises NotHappenedYet."""
    if day > today:
        raise NotHappenedYet
    return day


def fitting_reason(reason: str) -> str:
    """Return why an entry is corrected. Raises ReasonMissing."""
    kept = reason.strip()
    if not 0 < len(kept) <= LONGEST_REASON:
        raise ReasonMissing
    return kept


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def by_week(things: Iterable[tuple[date, Dated]]) -> dict[date, list[Dated]]:
    """Return things by the Monday of their week, latest week first, each week's in its order."""
    weeks: dict[date, list[Dated]] = {}
    for day, thing in sorted(things, key=lambda pair: pair[0], reverse=True):
        weeks.setdefault(monday_of(day), []).append(thing)
    return weeks
