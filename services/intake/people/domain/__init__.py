"""The rules about people: what is kept of a member, and what a check-in needs first.

A relationship has two or more members and no order among them. There is no field for sex, gender,
marital status or anyone's part in a difficulty.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from services.intake.people.domain.contact import (
    DAYS,
    AddressNotValid,
    AddressShared,
    Contact,
    Device,
    Known,
    Manner,
    Means,
    NoAnswer,
    NoteTooLong,
    NumberNotValid,
    NumberShared,
    OneWordForTwo,
    Window,
    WindowNotValid,
    WordTooLong,
    check_apart,
    manner_of,
    same_address,
    same_number,
    still_missing,
    windows_of,
    windows_on,
)
from shared.errors import Refusal

UNNAMED = "Someone"
"""Stands for a person whose name is gone for good."""

FEWEST_MEMBERS = 2
MOST_MEMBERS = 12
UNSPOKEN = "A language that the short form is in: choose one with them"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

__all__ = [
    "DAYS",
    "FEWEST_MEMBERS",
    "MOST_MEMBERS",
    "UNNAMED",
    "UNSPOKEN",
    "AddressNotValid",
    "AddressShared",
    "AlreadyApart",
    "AlreadyClosed",
    "AlreadyMember",
    "CardNotComplete",
    "Contact",
    "Details",
    "Device",
    "Erased",
    "Known",
    "LabelTooLong",
    "LanguageUnknown",
    "Manner",
    "Means",
    "MembersMissing",
    "NameNeeded",
    "NewMember",
    "NoAnswer",
    "NotAClinicianHere",
    "NotAsked",
    "NotSpokenAlone",
    "NoteTooLong",
    "NumberNotValid",
    "NumberShared",
    "OneWordForTwo",
    "PronounsTooLong",
    "TooManyMembers",
    "Window",
    "WindowNotValid",
    "WordTooLong",
    "ZoneUnknown",
    "check_apart",
    "check_label",
    "check_members",
    "manner_of",
    "same_address",
    "same_number",
    "still_missing",
    "windows_of",
    "windows_on",
    "zones",
]


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


class MembersMissing(Refusal):
    """A relationship has two or more members. Add another one."""


class TooManyMembers(Refusal):
    """Open a relationship with at most twelve members."""


class NotSpokenAlone(Refusal):
    """Change this after speaking with the person alone, and say so."""


class CardNotComplete(Refusal):
    """Something is missing on this card. Fill it in with the person, then save it whole."""


class NotAsked(StrEnum):
    """Why someone is not asked for consent yet; nobody is asked in their place."""

    AGE = "age"
    DOUBT = "doubt"


class AlreadyApart(Refusal):
    """The members are in care apart already. What was joint has ended."""

    status = 409


class AlreadyMember(Refusal):
    """This person belongs to this relationship already."""

    status = 409


class AlreadyClosed(Refusal):
    """This relationship is closed. Open a new one if care goes on."""

    status = 409


class NotAClinicianHere(Refusal):
    """Choose a clinician who works at this clinic."""


class Erased(Refusal):
    """This person was erased for good. Nothing can be kept or asked of them any more."""

    status = 410


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


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Someone about to belong to a relationship; ``key`` is the clinic's own, from an import.

    ``not_asked``: their consent waits from the start.
    """

    details: Details
    contact: Contact = field(default_factory=Contact)
    key: bytes | None = None
    not_asked: NotAsked | None = None


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


def check_members(count: int) -> None:
    """Raise MembersMissing or TooManyMembers unless this many members make a relationship."""
    if count < FEWEST_MEMBERS:
        raise MembersMissing
    if count > MOST_MEMBERS:
        raise TooManyMembers


def check_label(label: str | None) -> str | None:
    """Return a label without its outer spaces, None for an empty one; raises LabelTooLong."""
    label = (label or "").strip()
    if len(label) > 120:
        raise LabelTooLong
    return label or None
