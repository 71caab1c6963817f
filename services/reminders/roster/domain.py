"""Whether a person may be reached: their card, their hours, their permission, their stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.errors import Refusal

CARD_DAYS = 90
"""For how many days a contact card is trusted at the most; a clinic may say fewer."""

STAFF_ASKED_BEFORE = timedelta(days=14)
"""How long before that staff are asked to have it confirmed."""

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
    """How one person may be reached.

    ``verified``: it was seen, with them, that what is sent arrives at theirs. ``shared``: another
    member uses the address or its device. ``box`` stands for the letter box and only compares.
    """

    zone: ZoneInfo
    language: str
    email: str | None
    windows: tuple[Window, ...]
    private: bool
    confirmed_on: date | None
    verified: bool = False
    shared: bool = True
    box: str | None = None

    def local(self, moment: datetime) -> datetime:
        """Return a moment as this person's clock shows it."""
        return moment.astimezone(self.zone)

    def open_at(self, moment: datetime) -> bool:
        """Whether a message is safe at this moment; with no hours given it never is."""
        local = self.local(moment)
        return any(window.holds(local) for window in self.windows)

    def usable_on(self, day: date, *, trusted_for: timedelta) -> bool:
        """Whether the address is there, checked, theirs alone, and confirmed lately enough."""
        theirs = self.email and self.verified and self.private and not self.shared
        return bool(theirs and self.confirmed_on and day - self.confirmed_on <= trusted_for)

    def to_confirm_on(self, day: date, *, trusted_for: timedelta) -> bool:
        """Whether it is time to ask them to confirm it."""
        known = self.confirmed_on
        return known is not None and day - known > trusted_for - STAFF_ASKED_BEFORE


def read_card(content: Mapping[str, Any]) -> Card:
    """Return the card that intake's content spells; raises ValueError or KeyError if it cannot."""
    confirmed = content["confirmed_on"]
    return Card(
        zone=ZoneInfo(content["zone"]),
        language=content["language"],
        email=content["channels"].get("email"),
        windows=_windows(content["windows"]),
        private=content["private"] is True,
        verified=content.get("verified", {}).get("email") is True,
        shared=content.get("shared") is not False,
        box=content.get("box"),
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
