"""When the next form is due: one a week, by the person's own wall clock, in their safe hours."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

from services.reminders.roster.domain import Card, Window
from shared.errors import Conflict, Refusal

HORIZON = timedelta(days=3)
"""How long ahead an instant is written down; further ones are only foreseen."""

SENDABLE_FOR = timedelta(hours=24)
"""How long after its moment a form may still be sent; then it expires."""

LOOK_AHEAD = timedelta(weeks=10)
FIRST_HOUR, LAST_HOUR = time(7, 0), time(22, 0)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class DayTaken(Refusal):
    """This person already has a short form on that day. Choose another day."""


class NotAtNight(Refusal):
    """Choose a time between 07:00 and 22:00."""


class ScheduleMoved(Conflict):
    """Someone changed this meanwhile. Load the page again and repeat your change."""


class State(StrEnum):
    """Where one form stands on its way to a person."""

    PLANNED = "planned"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


class Hold(StrEnum):
    """Why a prompt waits; the code kept with it when it expires waiting."""

    UNPROVEN = "unproven"
    CARE = "care"
    PERMISSION = "permission"
    CONTACT = "contact"
    LANGUAGE = "language"
    BUDGET = "budget"
    WINDOW = "window"
    SERVER = "server"


WENT_OUT = frozenset({State.ATTEMPTING, State.ACCEPTED, State.UNKNOWN})
"""The states in which a person has, or may have, received something."""


@dataclass(frozen=True)
class Rule:
    """A weekday (0 is Monday) and a wall-clock time."""

    weekday: int
    at: time


@dataclass(frozen=True)
class Slot:
    """One occasion: the date by the person's calendar, and the instant."""

    day: date
    due_at: datetime


def first_rule(relationship_id: UUID, person_id: UUID, place: int) -> Rule:
    """Return the rule that a new member begins with: early evening, staggered between members.

    It depends on nobody's doings: only on ids and on the order of joining.
    """
    weekday = (relationship_id.int + 2 * place) % 7
    minutes = 5 * (person_id.int % 12)
    return Rule(weekday, time(18 + place % 2, minutes))


def choose(rule: Rule, others: Collection[int]) -> Rule:
    """Return the rule if it may be chosen, given the weekdays of the person's other forms.

    Raises NotAtNight or DayTaken.
    """
    if not FIRST_HOUR <= rule.at <= LAST_HOUR:
        raise NotAtNight
    if rule.weekday in others:
        raise DayTaken
    return rule


def free_rule(rule: Rule, others: Collection[int]) -> Rule:
    """Return the rule, moved to the next weekday on which the person has no other form."""
    days = [(rule.weekday + more) % 7 for more in range(7)]
    return Rule(next((day for day in days if day not in others), rule.weekday), rule.at)


def slots(rule: Rule, card: Card, *, after: datetime) -> Iterator[Slot]:
    """Yield the occasions after a moment, one a week, each inside the person's safe hours.

    A week with no safe hours has none. Local times that a clock change skips move on by the
    change; those it repeats are taken the first time.
    """
    start = (card.local(after) - timedelta(days=7)).date()
    first = datetime.combine(start, rule.at)
    last = first + LOOK_AHEAD
    for wished in rrule(WEEKLY, dtstart=first, until=last, byweekday=rule.weekday):
        slot = _fitting(wished, rule, card)
        if slot is not None and slot.due_at > after:
            yield slot


def next_slots(rule: Rule, card: Card, *, after: datetime, count: int) -> list[Slot]:
    """Return the next occasions, at most ``count``."""
    return list(islice(slots(rule, card, after=after), count))


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a wall-clock time."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _fitting(wished: datetime, rule: Rule, card: Card) -> Slot | None:
    """Return the first safe occasion of the seven days that begin with the wished one."""
    for more in range(7):
        day = (wished + timedelta(days=more)).date()
        at = _within(rule.at, [w for w in card.windows if w.day == day.weekday()])
        due_at = instant(datetime.combine(day, at), card.zone) if at else None
        if due_at is not None and card.open_at(due_at):
            return Slot(day, due_at)
    return None


def _within(at: time, windows: Sequence[Window]) -> time | None:
    """Return the time itself if safe, else the nearest safe one later that day, else the last."""
    if any(window.opens <= at <= window.closes for window in windows):
        return at
    later = [window.opens for window in windows if window.opens > at]
    if later:
        return min(later)
    return max((window.opens for window in windows), default=None)
