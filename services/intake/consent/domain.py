"""What intake asks members to permit, and what each answer means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.consent.decision import Because, Decision, decide
from shared.consent.decision import Said as Revision
from shared.consent.languages import every_text
from shared.consent.purposes import KINDS, POLICIES, Basis, Owner, kept_by, kind_of
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import Text
from shared.contracts.words import Channel
from shared.errors import Conflict, Refusal

SEAT = "consent"
"""What a seat for these questions is called."""

TEXTS: Sequence[Text] = every_text()
"""Every text that was ever in force. A change is a new version; none is edited or removed."""

ASKED_NOW = ("checkin.email", "report.aggregate")
"""What a seat asks everybody; whatever else a person was asked before is there to be changed."""

VOICEMAIL = "contact.voicemail"

KEPT_HERE = tuple(
    kind.code for kind in kept_by(Owner.INTAKE) if not kind.about and kind.code not in POLICIES
)
"""What intake keeps a ledger of, beside the policy that a clinic chose."""

BY_SCREEN = tuple(code for code in KEPT_HERE if KINDS[code].basis is Basis.CONSENT)
"""What a person may answer on a screen; that they were told is written down by staff."""

CHANNEL_PURPOSES = {Channel.EMAIL: "checkin.email", Channel.SMS: "checkin.sms"}

SHORTEST_LINK, LINK_LASTS, LONGEST_LINK = (timedelta(hours=hours) for hours in (4, 48, 72))
MONTH_BEFORE, WEEK_BEFORE = timedelta(days=30), timedelta(days=7)


class AnswerNotUsable(Refusal):
    """Choose yes or no for each question that you want to answer."""


class HowNotUsable(Refusal):
    """Say how and where the person told you: on paper or in words, and alone."""


class NotYours(Refusal):
    """Only the clinician who treats them can do this."""

    status = 403


class NobodyElseCan(Refusal):
    """Nobody can give consent for someone else. Ask the person themselves, alone."""


class Paused(Refusal):
    """Nothing was kept. Please ask the person who treats you."""


class UnderAge(Paused):
    """This person is younger than those whom your clinic asks. Nobody else can give it for them."""


class InDoubt(Paused):
    """There is an open doubt whether this person can decide this now. Settle it first, then ask."""


class NotNoted(Refusal):
    """They have not yet read and agreed to the clinic's policy on what is said alone. Ask them."""


class NoPolicy(Refusal):
    """The clinic has yet to choose its policy on what is said alone. Its admin does that."""


class AsTheyAsked(Paused):
    """They asked that nothing optional happens for now. Lift that first, then ask them anew."""


class NobodyOnDuty(Refusal):
    """Nobody is on duty at this clinic to read these answers, so nobody is asked for them."""


class KeptMeanwhile(Conflict):
    """Something was kept since this page was opened. Nothing was added; look at it once more."""


class NothingAsked(Refusal):
    """Choose at least one question to ask."""


class LinkTooLongOrShort(Refusal):
    """Let the address stand open for 4 to 72 hours."""


class Pause(StrEnum):
    """Why nothing that a person said counts for now; told to nobody but their clinician."""

    AGE = "age"
    DOUBT = "doubt"
    ASKED = "asked"
    """They asked for it themselves (rights)."""


PAUSED: Mapping[Pause, type[Paused]] = {
    Pause.AGE: UnderAge,
    Pause.DOUBT: InDoubt,
    Pause.ASKED: AsTheyAsked,
}
STAFF_PAUSES = (Pause.DOUBT, Pause.AGE)
PAUSE_WORDS = {
    Pause.DOUBT: "There is a doubt whether they can decide this now",
    Pause.AGE: "They are younger than people whom your clinic asks",
    Pause.ASKED: "They asked that nothing optional happens for now",
}
STATE_WORDS = {
    Because.GIVEN: "Permitted",
    Because.NEVER_ASKED: "Not asked yet",
    Because.REFUSED: "Not permitted",
    Because.DEFERRED: "Not now: ask again",
    Because.WITHDRAWN: "No longer permitted",
    Because.PAUSED: "Put aside: ask again",
    Because.NOT_YET: "Permitted later",
    Because.ENDED: "Ended: ask again",
    Because.TEXT_CHANGED: "The text has changed: ask again",
}
METHOD_WORDS = {
    Method.ON_SCREEN: "On the screen",
    Method.SPOKEN: "In words",
    Method.ON_PAPER: "On paper",
    Method.STOP_LINK: "By the link that stops messages",
}
SETTING_WORDS = {
    Setting.ALONE_AT_CLINIC: "Alone at the clinic",
    Setting.ALONE_BY_PHONE: "Alone by phone",
    Setting.ALONE_BY_LINK: "Alone by link",
}
STOPPED_WORDS = {
    Because.ENDED: "their yes has reached its end",
    Because.TEXT_CHANGED: "a new text counts from then on, which they have not agreed to",
    Because.REFUSED: "they say no",
    Because.WITHDRAWN: "they say no",
}
"""Why something stops, where it is their own word that stops it."""

WAITING_WORDS = {
    "contact": "a contact card that is whole and confirmed",
    "language": "a language that the short form is in",
    "phone": "a way to send texts, which is not there yet",
    "reopened": "you, to open these messages again on their schedule",
    "care": "them to be in care here",
    "everyone": "every other member's own yes",
    "mail": "short forms by e-mail, permitted",
    "terms": "the clinic's policy on what is said alone, read and agreed to",
}
STAFF_METHODS = (Method.SPOKEN, Method.ON_PAPER)
STAFF_SETTINGS = (Setting.ALONE_AT_CLINIC, Setting.ALONE_BY_PHONE)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person said on one form: each purpose with a yes or a no.

    ``shown`` are the hashes of the texts that stood there; ``after`` is how many revisions the
    page knew of. What is not given is not checked, for it came by no page.
    """

    answers: Mapping[str, bool]
    shown: Mapping[str, str] = field(default_factory=dict)
    after: int | None = None


def read_answers(given: Mapping[str, str], asked: Iterable[str]) -> Mapping[str, bool]:
    """Return what a form's yes and no mean; a question without an answer was skipped.

    Raises AnswerNotUsable.
    """
    said = {purpose: given[purpose] for purpose in asked if given.get(purpose)}
    if not set(said.values()) <= {"yes", "no"}:
        raise AnswerNotUsable
    return {purpose: answer == "yes" for purpose, answer in said.items()}


def decided(said: Mapping[str, Sequence[Revision]], at: datetime) -> dict[str, Decision]:
    """Return what was said permits at a moment, by purpose."""
    return {
        purpose: decide(revisions, purpose=purpose, texts=TEXTS, at=at)
        for purpose, revisions in said.items()
    }


def as_if(
    said: Sequence[Revision], *, purpose: str, permits: bool, text_version: int, at: datetime
) -> list[Revision]:
    """Return what was said, with one more revision as if it had been said at this moment."""
    state = State.GIVEN if permits else State.WITHDRAWN
    ends = kind_of(purpose).longest.after(at) if permits else at
    return [
        *said,
        Revision(
            revision=len(said) + 1,
            state=state,
            text_version=text_version,
            decided_at=at,
            valid_from=at,
            valid_until=ends,
        ),
    ]


def state_after(present: Decision, *, permits: bool) -> State:
    """Return what an answer is called: a no after a yes that still holds is a withdrawal."""
    if permits:
        return State.GIVEN
    return State.WITHDRAWN if present.permits else State.REFUSED


def counted_until(decisions: Sequence[Decision]) -> datetime | None:
    """Return until when an episode may be counted: as long as everyone permits it."""
    ends = [decision.ends_at for decision in decisions if decision.permits]
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(decisions) else None


def offered(policy: str) -> tuple[str, ...]:
    """Return what a person may be asked on a screen by a clinic with this policy, or none ("")."""
    return (*([policy] if policy else []), *BY_SCREEN)


def still_missing(emails: Decision, policy: Decision | None) -> list[str]:
    """Return what the first check-in lacks; the same words whatever was said, or never asked.

    ``policy`` is None where the clinic has chosen none.
    """
    missing = [] if emails.permits else ["Consent to e-mails, which you ask for alone"]
    if policy is None:
        return [*missing, "The policy on what is said alone, which the clinic has yet to choose"]
    if not policy.permits:
        return [*missing, "The policy on what is said alone, read and agreed to by them"]
    return missing


def soon(decision: Decision, now: datetime) -> timedelta | None:
    """Return which notice is due before a yes ends: 30 days, 7 days, or none yet."""
    if not decision.permits or decision.ends_at is None:
        return None
    left = decision.ends_at - now
    return next((notice for notice in (WEEK_BEFORE, MONTH_BEFORE) if left <= notice), None)


def fitting_hours(hours: int) -> timedelta:
    """Return how long an address stands open. Raises LinkTooLongOrShort."""
    lasts = timedelta(hours=hours)
    if not SHORTEST_LINK <= lasts <= LONGEST_LINK:
        raise LinkTooLongOrShort
    return lasts
