"""The rules about people: what is kept of a member, and what a check-in needs first.

A relationship has two or more members and no order among them. There is no field for sex, gender,
marital status or anyone's part in a difficulty.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from unicodedata import normalize
from zoneinfo import available_timezones

from shared.errors import Refusal

UNNAMED = "Someone"
"""Stands for a person whose name was erased for good."""

FEWEST_MEMBERS = 2
MOST_MEMBERS = 12
CARD_GOOD_FOR = timedelta(days=90)
SHORTEST_WINDOW = timedelta(minutes=30)
ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NameNeeded(Refusal):
    """Give the name that this person goes by, at most 120 letters."""


class PronounsTooLong(Refusal):
    """Use at most 60 letters for pronouns."""


class LabelTooLong(Refusal):
    """Use at most 120 letters for the label."""


class LanguageUnknown(Refusal):
    """Choose a language from the list, for instance en or pt-BR."""


class ZoneUnknown(Refusal):
    """Choose a time zone from the list, for instance Europe/Lisbon."""


class AddressNotValid(Refusal):
    """Give one e-mail address, for instance name@example.org."""


class AddressShared(Refusal):
    """Another member can read this address. Ask for one that is this person's alone."""


class WindowNotValid(Refusal):
    """Give safe hours as a start and a later end on the same day, at least half an hour apart."""


class MembersMissing(Refusal):
    """A relationship has two or more members. Add another one."""


class TooManyMembers(Refusal):
    """Open a relationship with at most twelve members."""


class NotSpokenAlone(Refusal):
    """Change this after speaking with the person alone, and say so."""


class AlreadyClosed(Refusal):
    """This relationship is closed. Open a new one if care goes on."""

    status = 409


class NotAClinicianHere(Refusal):
    """Choose a clinician who works at this clinic."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """How a person is called and addressed. ``zone`` is an IANA name, ``language`` a BCP 47 tag."""

    name: str
    zone: str
    language: str = "en"
    pronouns: str | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.name.strip()) <= 120:
            raise NameNeeded
        if len(self.pronouns or "") > 60:
            raise PronounsTooLong
        if not LANGUAGE.fullmatch(self.language):
            raise LanguageUnknown
        if self.zone not in zones():
            raise ZoneUnknown


@dataclass(frozen=True, order=True)
class Window:
    """Hours of one weekday (0 is Monday), in the person's zone, at which writing is safe."""

    day: int
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not 0 <= self.day <= 6 or _minutes(self.ends) - _minutes(self.begins) < 30:
            raise WindowNotValid

    def content(self) -> dict[str, object]:
        """Return the window as other services read it."""
        return {
            "day": self.day,
            "from": self.begins.isoformat("minutes"),
            "to": self.ends.isoformat("minutes"),
        }


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a person may be reached. ``private``: they said that nobody else reads this address."""

    email: str | None = None
    private: bool = False
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        if self.email is not None and (len(self.email) > 254 or not ADDRESS.fullmatch(self.email)):
            raise AddressNotValid


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Someone about to belong to a relationship; ``key`` is the clinic's own, from an import."""

    details: Details
    contact: Contact = field(default_factory=Contact)
    key: bytes | None = None


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


def same_address(email: str) -> str:
    """Return an address as it is compared: two spellings of one letter box are the same."""
    name, _, host = normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def windows_on(days: Collection[int], begins: time, ends: time) -> tuple[Window, ...]:
    """Return the same hours on several days."""
    return tuple(Window(day, begins, ends) for day in sorted(days))


def windows_of(content: Sequence[dict[str, str | int]]) -> tuple[Window, ...]:
    """Return the windows that ``Window.content`` wrote."""
    return tuple(
        Window(
            int(one["day"]),
            time.fromisoformat(str(one["from"])),
            time.fromisoformat(str(one["to"])),
        )
        for one in content
    )


def check_members(count: int) -> None:
    """Raise MembersMissing or TooManyMembers unless this many members make a relationship."""
    if count < FEWEST_MEMBERS:
        raise MembersMissing
    if count > MOST_MEMBERS:
        raise TooManyMembers


def check_addresses(emails: Sequence[str | None]) -> None:
    """Raise AddressShared when two members of a relationship would read one letter box."""
    known = [same_address(email) for email in emails if email]
    if len(set(known)) < len(known):
        raise AddressShared


def check_label(label: str | None) -> str | None:
    """Return a label without its outer spaces, None for an empty one; raises LabelTooLong."""
    label = (label or "").strip()
    if len(label) > 120:
        raise LabelTooLong
    return label or None


def still_missing(
    *, address: bool, private: bool, hours: bool, confirmed_on: date | None, today: date
) -> list[str]:
    """Return what a contact card lacks before anything may be sent, a sentence each."""
    if not address:
        return ["An address to write to"]
    missing = []
    if not private:
        missing.append("That nobody else reads the address")
    if not hours:
        missing.append("Hours at which it is safe to write")
    if confirmed_on is None:
        missing.append("The contact card, confirmed with them alone")
    elif today - confirmed_on > CARD_GOOD_FOR:
        missing.append("The contact card, confirmed again: the last time is 90 days ago")
    return missing


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
