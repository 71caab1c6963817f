"""When a link is open, and what a sent form means."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from services.reminders.questions.domain import Answer, QuestionSet
from shared.errors import Refusal

OPEN_FOR = timedelta(hours=2)
"""How long a form may stay open in a browser once started."""

MOST_OPEN = 10
"""How many times one form may be open at once: a scanner may start it, and so may the person."""

STOP_QUESTION, STOP_ANSWER = "Q19", "stop"


class LinkClosed(Refusal):
    """This link has closed. You do not need to do anything. Your next one will come as planned."""

    status = 410


class KnockedTooOften(LinkClosed):
    """This link has closed. You do not need to do anything. Your next one will come as planned."""

    status = 429


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a person sent: their answers, and whether to stop what they try or these messages."""

    answers: Mapping[str, Answer]
    stop_plan: bool
    stop_messages: bool
    not_now: bool


def read_form(asked: QuestionSet, given: Mapping[str, str]) -> Sent:
    """Return what a form means; whatever is missing or not understood was skipped."""
    answers = asked.read(given)
    return Sent(
        answers=answers,
        stop_plan="stop_plan" in given or answers.get(STOP_QUESTION) == STOP_ANSWER,
        stop_messages="stop_messages" in given,
        not_now="not_now" in given,
    )


def new_key() -> str:
    """Return the secret of one open form, which its cookie holds."""
    return token_urlsafe(20)


def hash_of(secret: bytes, key: str) -> bytes:
    """Return the keyed hash under which the secret of an open form is kept."""
    return hmac.digest(secret, b"form" + key.encode(), sha256)
