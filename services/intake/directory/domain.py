"""The rules of the directory: who may hold which role where, and how patient the door is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from unicodedata import normalize
from uuid import UUID
from zoneinfo import available_timezones

from shared.auth.actors import Role
from shared.errors import Refusal

CLINIC_ROLES = (Role.CLINICIAN, Role.DUTY, Role.CLINIC_ADMIN)
"""Roles that are held at one clinic."""

HOUSE_ROLES = (Role.SUPERVISOR, Role.AUDITOR, Role.ORGANIZATION_ADMIN, Role.OPERATOR)
"""Roles that are held for a whole organization."""

NEVER_TOGETHER = frozenset({Role.CLINICIAN, Role.SUPERVISOR})
"""One person may hold both, but never has both open."""

GIVEN_BY = {
    Role.CLINIC_ADMIN: CLINIC_ROLES,
    Role.ORGANIZATION_ADMIN: (
        *CLINIC_ROLES,
        Role.SUPERVISOR,
        Role.AUDITOR,
        Role.ORGANIZATION_ADMIN,
    ),
}
"""Which roles an admin may give to others; operators are made by command."""

SIGNED_IN_FOR = timedelta(hours=10)
IDLE_FOR = timedelta(minutes=15)
FREE_TRIES = 3
LONGEST_PAUSE = timedelta(minutes=15)
SHORTEST_PASSWORD = 10
LONGEST_HELP = 2000
COMMON_PASSWORDS = frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())
"""What is tried first by whoever guesses; only those that are long enough otherwise."""

CARD_DAYS, FEWEST_CARD_DAYS, MOST_CARD_DAYS = 90, 14, 90
"""For how many days a contact card is trusted. Our own number: no study stands behind it."""

ADULT_AGE, YOUNGEST_ADULT, OLDEST_ADULT = 18, 14, 21
"""From which age a clinic asks people themselves for consent, and between what it may choose."""

RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for one another."""

TELLING = re.compile(
    r"sex|desire|libido|intima|couple|marri|marital|partner|therap|counsel|love|erot", re.I
)
"""What the sender's word must not hint at: it is read on locked screens."""


class NameNeeded(Refusal):
    """Give a name of at most 120 letters."""


class ZoneUnknown(Refusal):
    """Choose a time zone from the list, for instance Europe/Lisbon."""


class SenderNotNeutral(Refusal):
    """Choose a word of 2 to 20 letters that says nothing about the kind of care."""


class HelpTooLong(Refusal):
    """Use at most 2,000 letters for the help lines."""


class CardDaysNotUsable(Refusal):
    """Let a contact card be trusted for 14 to 90 days."""


class AgeNotUsable(Refusal):
    """Give an age between 14 and 21."""


class PolicyUnknown(Refusal):
    """Choose one of the policies."""


class SignInNameNeeded(Refusal):
    """Give a sign-in name of 3 to 120 letters without spaces, for instance an e-mail address."""


class SignInNameTaken(Refusal):
    """This sign-in name is in use. Choose another."""


class PasswordTooShort(Refusal):
    """Choose a password of at least 10 letters. Several words are easier to remember."""


class PasswordTooCommon(PasswordTooShort):
    """This password is among the first that are guessed. Choose another, of several words."""


class PasswordNotRight(Refusal):
    """The present password is not right. Nothing was changed."""


class CodeNotRight(Refusal):
    """This is not the code that the app shows now. Wait for the next one, and type that."""


class RoleNotThere(Refusal):
    """This role is not yours at this clinic. Ask your clinic's admin."""

    status = 403


class RoleElsewhere(Refusal):
    """You can give this role only at your own clinics."""

    status = 403


@dataclass(frozen=True, order=True)
class Posting:
    """A role that someone holds: at one clinic, or (``clinic`` None) for the whole organization."""

    role: Role
    clinic: UUID | None = None

    def __post_init__(self) -> None:
        if (self.role in HOUSE_ROLES) != (self.clinic is None):
            raise RoleElsewhere


@dataclass(frozen=True, kw_only=True)
class ClinicDetails:
    """What is kept about a clinic. ``sender`` is the neutral word that messages begin with.

    ``card_days``: for how many days a contact card is trusted after it was confirmed.
    ``adult_age``: from which age people are asked for consent; nobody is asked in their place.
    """

    name: str
    zone: str
    sender: str
    help: str = ""
    card_days: int = CARD_DAYS
    adult_age: int = ADULT_AGE

    def __post_init__(self) -> None:
        check_name(self.name)
        check_zone(self.zone)
        if not 2 <= len(self.sender.strip()) <= 20 or TELLING.search(self.sender):
            raise SenderNotNeutral
        if not self.sender.isprintable():  # it stands in the head of every mail
            raise SenderNotNeutral
        if len(self.help) > LONGEST_HELP:
            raise HelpTooLong
        if not FEWEST_CARD_DAYS <= self.card_days <= MOST_CARD_DAYS:
            raise CardDaysNotUsable
        if not YOUNGEST_ADULT <= self.adult_age <= OLDEST_ADULT:
            raise AgeNotUsable


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones that people live in."""
    return frozenset(
        zone
        for zone in available_timezones()
        if zone == "UTC"
        or ("/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix", "right")))
    )


def check_zone(zone: str) -> None:
    """Raise ZoneUnknown unless this is the name of a time zone."""
    if zone not in zones():
        raise ZoneUnknown


def check_name(name: str) -> None:
    """Raise NameNeeded unless this can be shown as a name."""
    if not 0 < len(name.strip()) <= 120:
        raise NameNeeded


def plain(typed: str) -> str:
    """Return what was typed without differences that eyes do not see."""
    return normalize("NFKC", typed).strip().casefold()


def sign_in_name(typed: str) -> str:
    """Return a sign-in name as it is compared; raises SignInNameNeeded where it is none."""
    name = plain(typed)
    if not 3 <= len(name) <= 120 or re.search(r"\s", name):
        raise SignInNameNeeded
    return name


def check_password(password: str) -> None:
    """Raise PasswordTooShort, or PasswordTooCommon, for a password that is soon guessed.

    Nothing is asked of the letters themselves (NIST SP 800-63B): rules about them make passwords
    that are hard to remember and easy to guess.
    """
    if not SHORTEST_PASSWORD <= len(password) <= 1000:
        raise PasswordTooShort
    if plain(password) in COMMON_PASSWORDS or len(set(password)) < 4:
        raise PasswordTooCommon


def starting_password(chance: bytes) -> str:
    """Return a password that can be read out, from at least 12 random bytes: about 59 bits."""
    return _readable(chance[:12], 4)


def recovery_code(chance: bytes) -> str:
    """Return a code that can be copied by hand, from at least 10 random bytes: about 49 bits."""
    return _readable(chance[:10], 5)


def _readable(chance: bytes, together: int) -> str:
    drawn = "".join(LETTERS[byte % len(LETTERS)] for byte in chance)
    return "-".join(drawn[at : at + together] for at in range(0, len(drawn), together))


def typed_code(typed: str) -> str:
    """Return a code as it is compared, whatever was put between its letters or digits."""
    return re.sub(r"[\s-]", "", plain(typed))[:40]


def pause_after(failures: int) -> timedelta:
    """Return how long an account rests after this many wrong passwords in a row."""
    if failures < FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES, 20)), LONGEST_PAUSE)


def check_giving(
    giver: Role | None, clinics: Collection[UUID], changed: Collection[Posting]
) -> None:
    """Raise RoleElsewhere unless someone in this role and at these clinics may give these roles.

    Attune itself (no role) may give all of them.
    """
    if giver is None:
        return
    for posting in changed:
        known = posting.role in GIVEN_BY.get(giver, ())
        if not known or (posting.clinic is not None and posting.clinic not in clinics):
            raise RoleElsewhere


def first_posting(postings: Sequence[Posting], last: Posting | None) -> Posting:
    """Return the role to open at sign-in: the last one if it is still held, else the first.

    Raises RoleNotThere where someone holds none.
    """
    if not postings:
        raise RoleNotThere
    return last if last is not None and last in postings else postings[0]


def conflict(one: Role, other: Role) -> bool:
    """Say whether two different roles of one person must not be open at once."""
    return one is not other and {one, other} == NEVER_TOGETHER


def session_ended(ends_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Say whether a sign-in is over: too old, or left alone since it was seen last."""
    return now >= ends_at or abs(now - seen_at) >= IDLE_FOR


def ago(then: datetime, now: datetime) -> str:
    """Return in words how long ago something was, by the minute or by the hour."""
    minutes = max(0, round((now - then).total_seconds() / 60))
    if minutes < 2:
        return "just now"
    if minutes < 90:
        return f"{minutes} minutes ago"
    return f"{round(minutes / 60)} hours ago"


def roles_at(postings: Collection[Posting], clinic: UUID) -> tuple[Role, ...]:
    """Return the roles that someone holds at a clinic, those of the whole organization included."""
    return tuple(sorted({posting.role for posting in postings if posting.clinic in (None, clinic)}))
