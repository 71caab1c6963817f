"""Whether a person may be reached: their card, their hours, their permission, their stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.errors import Refusal

CARD_GOOD_FOR = timedelta(days=180)
"""How long a contact card is trusted after the person last confirmed it."""

STAFF_ASKED_AFTER = timedelta(days=90)
"""After how long staff are asked to have it confirmed."""

MIDNIGHT_AT_THE_END = "24:00"


class StoppedByThem(Refusal):
    """This person has stopped these messages. Only they can have them opened again."""


@dataclass(frozen=True)
class Window:
    """Hours of one weekday (0 is Monday) at which a message is safe, by the person's own clock."""

    day: int
    opens: time
    closes: time

    def holds(self, moment: datetime) -> bool:
        """Whether a local moment lies within these hours; the last minute is included."""
        return moment.weekday() == self.day and self.opens <= moment.time() <= self.closes


@dataclass(frozen=True)
class Card:
    """How one person may be reached."""

    zone: ZoneInfo
    language: str
    email: str | None
    windows: tuple[Window, ...]
    private: bool
    confirmed_on: date | None

    def local(self, moment: datetime) -> datetime:
        """Return a moment as this person's clock shows it."""
        return moment.astimezone(self.zone)

    def open_at(self, moment: datetime) -> bool:
        """Whether a message is safe at this moment; with no hours given it never is."""
        local = self.local(moment)
        return any(window.holds(local) for window in self.windows)

    def usable_on(self, day: date) -> bool:
        """Whether the address is there, theirs alone, and confirmed lately enough."""
        return bool(
            self.email
            and self.private
            and self.confirmed_on
            and day - self.confirmed_on <= CARD_GOOD_FOR
        )


def read_card(content: Mapping[str, Any]) -> Card:
    """Return the card that intake's content spells; raises ValueError or KeyError if it cannot."""
    confirmed = content["confirmed_on"]
    return Card(
        zone=ZoneInfo(content["zone"]),
        language=content["language"],
        email=content["channels"].get("email"),
        windows=_windows(content["windows"]),
        private=bool(content["private"]),
        confirmed_on=date.fromisoformat(confirmed) if confirmed else None,
    )


def readable_card(content: Mapping[str, Any] | None) -> Card | None:
    """Return the card that content spells; None where there is none, or it does not read."""
    try:
        return read_card(content) if content else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _windows(written: Sequence[Mapping[str, Any]]) -> tuple[Window, ...]:
    found = {Window(int(w["day"]), _clock(w["from"]), _clock(w["to"])) for w in written}
    return tuple(sorted(found, key=lambda window: (window.day, window.opens)))


def _clock(text: str) -> time:
    return time(23, 59, 59) if text == MIDNIGHT_AT_THE_END else time.fromisoformat(text)
