"""Whether a prompt may go out now, what it says, and what came of it."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.reminders.roster.domain import Card
from services.reminders.schedules.domain import Hold
from shared.auth.links import hash_of_link, new_secret

LINK_LIFE = timedelta(hours=48)
MOST_A_WEEK = 2
WEEK = timedelta(days=7)

DOUBT_AFTER = timedelta(minutes=5)
"""How long a handing over may take; afterwards nobody can say what came of it."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 40))
"""How long to wait after the first, second, … answer "not now" of the mail server."""


class Handover(StrEnum):
    """What a gateway says of a letter: taken, refused, in doubt, or certainly not taken yet."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LATER = "later"


HOLD_PAUSE = timedelta(minutes=5)
HOLD_PAUSES = {
    Hold.UNPROVEN: timedelta(seconds=30),
    Hold.CARE: timedelta(hours=1),
    Hold.CONTACT: timedelta(hours=1),
    Hold.LANGUAGE: timedelta(hours=1),
    Hold.BUDGET: timedelta(hours=1),
}
"""After what time a prompt that waits for a reason is looked at again."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known about a person at the moment of sending.

    ``spoken``: what goes out has words in their language. ``box_shared``: another member of the
    relationship has the same letter box.
    """

    fresh: bool
    in_care: bool
    permitted: bool
    card: Card | None
    spoken: bool
    trusted_for: timedelta
    box_shared: bool
    sent_lately: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What goes out to one person: an address, a few neutral words, and a link."""

    prompt_id: UUID
    clinic_id: UUID
    person_id: UUID
    to: str
    sender: str
    subject: str
    text: str
    link: str
    stop_link: str
    message_id: str
    language: str
    written_at: datetime


def hold(facts: Facts, now: datetime) -> Hold | None:
    """Return why a prompt must wait, or None when it may go out; what is not known means no."""
    if not facts.fresh:
        return Hold.UNPROVEN
    if not facts.in_care:
        return Hold.CARE
    if not facts.permitted:
        return Hold.PERMISSION
    if facts.card is None or not _usable(facts, facts.card, now):
        return Hold.CONTACT
    if not facts.spoken:
        return Hold.LANGUAGE
    if facts.sent_lately >= MOST_A_WEEK:
        return Hold.BUDGET
    return None if facts.card.open_at(now) else Hold.WINDOW


def _usable(facts: Facts, card: Card, now: datetime) -> bool:
    today = card.local(now).date()
    return not facts.box_shared and card.usable_on(today, trusted_for=facts.trusted_for)


def pause_for(reason: Hold) -> timedelta:
    """Return after what time a waiting prompt is looked at again."""
    return HOLD_PAUSES.get(reason, HOLD_PAUSE)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after the mail server said "not now" that often."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


@dataclass(frozen=True, kw_only=True)
class Stationery:
    """What letters of this house are written on: the members' address and two secrets."""

    member_url: str
    secret: bytes
    mail_domain: str
    token: Callable[[], str] = new_secret

    def hash_of(self, token: str) -> bytes:
        """Return the keyed hash under which a token is kept."""
        return hash_of_link(self.secret, token)

    def address_of(self, token: str) -> str:
        """Return the address of a link."""
        return f"{self.member_url}/reminders/f/{token}"

    def stop_address_of(self, token: str) -> str:
        """Return the address at which the holder of a link stops these messages."""
        return f"{self.address_of(token)}/stop"

    def message_id(self, prompt_id: UUID) -> str:
        """Return the one Message-ID of a prompt, so that a repeat would be recognised."""
        mark = hmac.digest(self.secret, b"message" + prompt_id.bytes, sha256).hex()[:32]
        return f"<{mark}@{self.mail_domain}>"


def letter_text(says: Mapping[str, Any], *, link: str, closes_at: datetime) -> str:
    """Return the text of a letter in the words of a language; ``closes_at`` by their own clock."""
    text: str = says["text"]
    return text.format(link=link, day=says["days"][closes_at.weekday()])
