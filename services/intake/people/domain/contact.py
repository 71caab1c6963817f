"""The safe-contact card: how one person may be reached, and what still speaks against writing."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from shared.errors import Refusal

ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
NUMBER = re.compile(r"\+?[0-9]{6,15}")
BETWEEN_DIGITS = re.compile(r"[\s().\-/]+")
LONGEST_NOTE, LONGEST_WORD = 200, 40
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class AddressNotValid(Refusal):
    """Give one e-mail address, for instance name@example.org."""


class NumberNotValid(Refusal):
    """Give one telephone number with 6 to 15 digits, for instance +351 912 345 678."""


class AddressShared(Refusal):
    """This address cannot be kept here. Ask for one that is this person's alone."""


class NumberShared(Refusal):
    """This number cannot be kept here. Ask for one that is this person's alone."""


class WindowNotValid(Refusal):
    """Give safe hours as a start and a later end on the same day, at least half an hour apart."""


class NoteTooLong(Refusal):
    """Use at most 200 letters to say who else uses the device."""


class WordTooLong(Refusal):
    """Choose a word of at most 40 letters."""


class OneWordForTwo(Refusal):
    """Choose two different words, or nobody knows which of them was meant."""


class Means(StrEnum):
    """A way in which a person allows to be reached."""

    EMAIL = "email"
    TEXT = "sms"
    CALL = "call"


class Device(StrEnum):
    """Who else uses the device on which a message arrives."""

    UNKNOWN = ""
    NOBODY = "nobody"
    OTHERS = "others"
    MEMBER = "member"


class NoAnswer(StrEnum):
    """What is done when a person does not answer."""

    WAIT = "wait"
    AGAIN = "again"
    WRITE = "write"


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
class Manner:
    """What staff keep to when they reach out: who may be told, and which words were agreed.

    ``device_note`` says in the person's words who else uses the device; ``word_to_check`` tells
    them apart from others, and ``word_to_end`` ends a call at once.
    """

    device: Device = Device.UNKNOWN
    device_note: str = ""
    voicemail: bool = False
    says_who: bool = False
    word_to_check: str = ""
    word_to_end: str = ""
    no_answer: NoAnswer = NoAnswer.WAIT

    def __post_init__(self) -> None:
        words = (self.word_to_check.strip().casefold(), self.word_to_end.strip().casefold())
        if len(self.device_note) > LONGEST_NOTE:
            raise NoteTooLong
        if max(map(len, words)) > LONGEST_WORD:
            raise WordTooLong
        if words[0] and words[0] == words[1]:
            raise OneWordForTwo

    @property
    def own_device(self) -> bool:
        """Whether it is known that no other member uses the device."""
        return self.device in (Device.NOBODY, Device.OTHERS)

    def content(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a person may be reached.

    ``private``: they said that nobody else reads or hears what arrives there. ``checked`` are the
    ways of which it was seen, with them, that what is sent arrives at theirs.
    """

    email: str | None = None
    phone: str | None = None
    private: bool = False
    windows: tuple[Window, ...] = ()
    means: frozenset[Means] = frozenset()
    checked: frozenset[Means] = frozenset()
    manner: Manner = Manner()

    def __post_init__(self) -> None:
        if self.email is not None and (len(self.email) > 254 or not ADDRESS.fullmatch(self.email)):
            raise AddressNotValid
        if self.phone is not None and not NUMBER.fullmatch(same_number(self.phone)):
            raise NumberNotValid


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a card without opening it."""

    address: bool = False
    allowed: bool = False
    checked: bool = False
    private: bool = False
    own_device: bool = False
    hours: bool = False
    confirmed_on: date | None = None


def manner_of(content: dict[str, Any]) -> Manner:
    """Return the manner that ``Manner.content`` wrote."""
    device, no_answer = content.get("device", ""), content.get("no_answer", NoAnswer.WAIT)
    return Manner(**{**content, "device": Device(device), "no_answer": NoAnswer(no_answer)})


def same_address(email: str) -> str:
    """Return an address as it is compared: two spellings of one letter box are the same."""
    name, _, host = normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def same_number(phone: str) -> str:
    """Return a telephone number as it is compared: its digits, and a plus where there is one.

    >>> same_number("00351 912-345-678")
    '+351912345678'
    """
    digits = BETWEEN_DIGITS.sub("", normalize("NFKC", phone))
    return f"+{digits[2:]}" if digits.startswith("00") else digits


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


def check_apart(contacts: Sequence[Contact]) -> None:
    """Raise AddressShared or NumberShared when two members would be reached in one place."""
    emails = [same_address(one.email) for one in contacts if one.email]
    phones = [same_number(one.phone) for one in contacts if one.phone]
    if len(set(emails)) < len(emails):
        raise AddressShared
    if len(set(phones)) < len(phones):
        raise NumberShared


def still_missing(known: Known, *, today: date, good_for: int) -> list[str]:
    """Return what a card lacks before anything may be sent, a sentence each.

    ``good_for``: days for which a card is trusted after it was confirmed.
    """
    if not known.address:
        return ["An address to write to"]
    lacks = [
        (known.allowed, "E-mail among the ways that they allow"),
        (known.checked, "The address, checked with them"),
        (known.private, "That nobody else reads the address"),
        (known.own_device, "Who else uses their device; it must be no other member"),
        (known.hours, "Hours at which it is safe to write"),
    ]
    missing = [says for there, says in lacks if not there]
    if known.confirmed_on is None:
        missing.append("The contact card, confirmed with them alone")
    elif today - known.confirmed_on > timedelta(days=good_for):
        missing.append(
            f"The contact card, confirmed again: the last time is over {good_for} days ago"
        )
    return missing


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
