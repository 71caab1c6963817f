"""The rules of the directory: who may hold which role where, and how patient the door is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
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


class SignInNameNeeded(Refusal):
    """Give a sign-in name of 3 to 120 letters without spaces, for instance an e-mail address."""


class SignInNameTaken(Refusal):
    """This sign-in name is in use. Choose another."""


class PasswordTooShort(Refusal):
    """Choose a password of at least 10 letters. Several words are easier to remember."""


class PasswordNotRight(Refusal):
    """The present password is not right. Nothing was changed."""


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
    """What is kept about a clinic. ``sender`` is the neutral word that messages begin with."""

    name: str
    zone: str
    sender: str
    help: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_zone(self.zone)
        if not 2 <= len(self.sender.strip()) <= 20 or TELLING.search(self.sender):
            raise SenderNotNeutral


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


def sign_in_name(typed: str) -> str:
    """Return a sign-in name as it is compared; raises SignInNameNeeded where it is none."""
    name = normalize("NFKC", typed).strip().casefold()
    if not 3 <= len(name) <= 120 or re.search(r"\s", name):
        raise SignInNameNeeded
    return name


def check_password(password: str) -> None:
    """Raise PasswordTooShort for a password that is soon guessed."""
    if not SHORTEST_PASSWORD <= len(password) <= 1000:
        raise PasswordTooShort


def starting_password(chance: bytes) -> str:
    """Return a password that can be read out, from at least 12 random bytes: about 59 bits."""
    drawn = [LETTERS[byte % len(LETTERS)] for byte in chance[:12]]
    return "-".join("".join(drawn[start : start + 4]) for start in (0, 4, 8))


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


def session_ended(ends_at: datetime, seen_at: datetime, now: datetime, *, lasts: timedelta) -> bool:
    """Say whether a sign-in is over: too old, or unused since its last renewal.

    ``lasts`` is how long a renewal is good for by itself; idleness counts from then.
    """
    return now >= ends_at or now - seen_at >= lasts + IDLE_FOR or now < seen_at - IDLE_FOR


def roles_at(postings: Collection[Posting], clinic: UUID) -> tuple[Role, ...]:
    """Return the roles that someone holds at a clinic, those of the whole organization included."""
    return tuple(sorted({posting.role for posting in postings if posting.clinic in (None, clinic)}))
