"""What a person may permit: one table of purposes, each apart from every other.

A purpose is written as its code; those about one thing have an id behind it (``exercise.X10``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.consent.terms import Span
from shared.contracts.words import Purpose
from shared.errors import Refusal

A_YEAR = Span(months=12)
A_FORTNIGHT = Span(days=14)
ABOUT_ONE = re.compile(r"[A-Za-z0-9-]{1,36}")


class UnknownPurpose(Refusal):
    """This is not among the things that a person is asked to permit."""


class Basis(StrEnum):
    """What a purpose rests on: a person's consent, that they were told, or that they took note.

    Who took note of a rule of the house says that they know it and go along with it.
    """

    CONSENT = "consent"
    INFORMED = "informed"
    NOTED = "noted"


class Owner(StrEnum):
    """The service in which the effect happens, and which therefore keeps the ledger."""

    INTAKE = "intake"
    SESSIONS = "sessions"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What goes on in one service while a purpose is permitted.

    ``joint``: only while every member permits it. ``also`` names what else it takes, by a word
    that the service itself knows (``contact``: a usable contact card).
    """

    service: str
    does: str
    joint: bool = False
    also: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One purpose, or one family of them.

    ``longest`` is how long a yes may hold at the most; ``once``: it is used up by one use.
    ``about`` says what the id behind the code names; empty where there is none. ``needs_duty``:
    nobody is asked where no one is on duty to read it. ``wire`` is the word by which other services
    are told; None where nobody else needs to know. ``stays`` is what an ending leaves as it is.
    """

    code: str
    says: str
    owner: Owner
    longest: Span
    effects: tuple[Effect, ...]
    stays: str
    basis: Basis = Basis.CONSENT
    once: bool = False
    about: str = ""
    needs_duty: bool = False
    wire: Purpose | None = None
    sensitive: bool = False
    data: tuple[str, ...] = ()

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether a person can end it by saying so: where it rests on what they say themselves."""
        return self.basis is not Basis.INFORMED


def _policy(variant: str, says: str) -> Kind:
    """Return one variant of the policy on what is said alone, of which a clinic chooses one."""
    return Kind(
        code=f"terms.{variant}",
        says=says,
        owner=Owner.INTAKE,
        basis=Basis.NOTED,
        longest=A_YEAR,
        effects=(
            Effect(service="reminders", does="Short forms may be asked of them alone"),
            Effect(service="intake", does="They may fill in questionnaires alone"),
        ),
        stays="What was answered before stays in the record.",
        wire=Purpose(f"terms.{variant}"),
        data=("answers given alone",),
    )


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            code="treatment.record",
            says="Having been told what is written down",
            owner=Owner.INTAKE,
            basis=Basis.INFORMED,
            longest=A_YEAR,
            effects=(Effect(service="intake", does="It is known that they were told"),),
            stays="The record of care goes on, for it does not rest on a yes.",
            sensitive=True,
            data=("name", "record of care"),
        ),
        _policy("apart", "Having read: what is said alone stays apart"),
        _policy("limited", "Having read: what is said alone may have to be brought in"),
        _policy("open", "Having read: what is said alone may be talked about together"),
        Kind(
            code="checkin.email",
            says="E-mails with a short form",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            effects=(
                Effect(
                    service="reminders",
                    does="Short forms go out by e-mail",
                    also="contact language terms",
                ),
                Effect(service="reminders", does="Links that were sent open", also="terms"),
                Effect(
                    service="sessions",
                    does="New answers come into the course of time",
                    also="terms",
                ),
            ),
            stays="What was answered before stays in the record.",
            wire=Purpose.CHECKIN_EMAIL,
            sensitive=True,
            data=("e-mail address", "answers to short forms"),
        ),
        Kind(
            code="checkin.sms",
            says="Text messages with a short form",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            effects=(
                Effect(
                    service="reminders", does="Short forms may go out by text", also="phone terms"
                ),
            ),
            stays="What was answered before stays in the record.",
            wire=Purpose.CHECKIN_SMS,
            sensitive=True,
            data=("telephone number", "answers to short forms"),
        ),
        Kind(
            code="checkin.safety_items",
            says="Questions in the form about being free to say no",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            effects=(
                Effect(
                    service="reminders",
                    does="Most of their short forms ask how free they feel to say no",
                    also="contact language terms mail",
                ),
            ),
            stays="What was answered before stays in the record. Forms stay as long as they are: "
            "another question stands in the place of this one.",
            needs_duty=True,
            wire=Purpose.CHECKIN_ITEMS,
            sensitive=True,
            data=("answers to short forms",),
        ),
        Kind(
            code="share.item",
            says="Talking about one answer when all are in the room",
            owner=Owner.SESSIONS,
            longest=A_FORTNIGHT,
            once=True,
            about="one answer",
            effects=(Effect(service="sessions", does="The clinician may raise this one answer"),),
            stays="The answer stays where only the clinician reads it.",
            sensitive=True,
            data=("one answer",),
        ),
        Kind(
            code="exercise",
            says="Trying one thing that was offered",
            owner=Owner.SESSIONS,
            longest=A_FORTNIGHT,
            once=True,
            about="one offer",
            effects=(
                Effect(service="sessions", does="It may begin once released", joint=True),
                Effect(service="reminders", does="The short form may ask about it", joint=True),
            ),
            stays="That it was offered stays in the record.",
            sensitive=True,
            data=("an answer to one offer",),
        ),
        Kind(
            code="report.aggregate",
            says="Being counted in clinic reports",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            effects=(
                Effect(
                    service="reports",
                    does="The relationship is counted in the next reports",
                    joint=True,
                ),
            ),
            stays="Reports that are made already stay as they are.",
            wire=Purpose.REPORT_AGGREGATE,
            sensitive=True,
            data=("answers to short forms, in large groups only",),
        ),
        Kind(
            code="contact.voicemail",
            says="A message on their voicemail",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            effects=(
                Effect(service="intake", does="Staff may leave a message, if their card says so"),
            ),
            stays="Other ways to reach them stay as they were agreed.",
            data=("telephone number",),
        ),
        Kind(
            code="referral",
            says="Telling one other professional",
            owner=Owner.SESSIONS,
            longest=A_YEAR,
            about="one recipient",
            effects=(Effect(service="sessions", does="What was ticked may go to this recipient"),),
            stays="What was sent before cannot be called back.",
            sensitive=True,
            data=("what was ticked for the recipient",),
        ),
        Kind(
            code="research",
            says="Taking part in one study",
            owner=Owner.INTAKE,
            longest=A_YEAR,
            about="one study",
            effects=(Effect(service="intake", does="They are listed for this study"),),
            stays="Results that are made already stay as they are.",
            sensitive=True,
            data=("what the study names",),
        ),
    )
}
"""Every purpose, in the order in which people are asked."""

POLICIES = tuple(kind.code for kind in KINDS.values() if kind.basis is Basis.NOTED)
"""The variants of the policy on what is said alone; a clinic works by one of them."""

TOLD_AS = {kind.wire: kind.code for kind in KINDS.values() if kind.wire is not None}
"""The purpose behind each word by which other services are told."""


def kind_of(purpose: str) -> Kind:
    """Return the kind of a purpose. Raises UnknownPurpose, also for an id that is missing."""
    found = KINDS.get(purpose)
    if found is not None and not found.about:
        return found
    for kind in KINDS.values():
        _, behind, one = purpose.partition(f"{kind.code}.")
        if kind.about and behind and purpose.startswith(behind) and ABOUT_ONE.fullmatch(one):
            return kind
    raise UnknownPurpose


def family_of(purpose: str) -> str:
    """Return the code under which the texts of a purpose stand; an unknown one is its own."""
    try:
        return kind_of(purpose).code
    except UnknownPurpose:
        return purpose


def kept_by(owner: Owner) -> tuple[Kind, ...]:
    """Return the kinds whose ledger a service keeps."""
    return tuple(kind for kind in KINDS.values() if kind.owner is owner)
