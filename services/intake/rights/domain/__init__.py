"""What a person may ask of what is kept about them, and the steps that a request goes through.

A request is taken down with the person present and alone, seen first by the clinician who treats
them, and called off as quietly as it began. Nobody else is told of any of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import Conflict, Refusal

SHORTEST_PAUSE, LONGEST_PAUSE = 7, 60
"""Days that lie between asking to be erased and the clinician's decision."""

LONGEST_REASON, LONGEST_RULE = 2000, 600
KEEPS = "The record of care stays for as long as the law asks the clinic to keep it."
"""What a clinic says of its record until it has said it in its own words."""


class Kind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    """A copy of what is kept about them, on paper and for other systems."""
    LIMIT = "limit"
    """Their care goes on; nothing that rests on their permission does."""
    ERASURE = "erasure"


class Came(StrEnum):
    """How the wish first reached the clinic; only the talk alone makes it a request."""

    IN_PERSON = "in_person"
    BY_PHONE = "by_phone"
    IN_WRITING = "in_writing"


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    """For the clinician, or for the quiet days to be over."""
    REFUSED = "refused"
    CALLED_OFF = "called_off"
    GRANTED = "granted"
    """To be handed over; in force; or being carried out."""
    SETTLED = "settled"
    """Handed over; lifted; or answered by everyone."""


class Service(StrEnum):
    """Who answers that someone was erased."""

    INTAKE = "intake"
    SESSIONS = "sessions"
    REMINDERS = "reminders"
    REPORTS = "reports"


OPEN = (State.WAITING, State.GRANTED)


class NotAlone(Refusal):
    """Take this down only with the person in front of you, and nobody else in the room."""


class AskedAlready(Conflict):
    """This was asked for already, and is not settled yet."""


class MovedOn(Conflict):
    """This request has moved on meanwhile. Look at it once more."""


class KindNotUsable(Refusal):
    """Choose what the person asks for, and how it reached you."""


class DecisionMissing(Refusal):
    """Choose what you decide."""


class ReasonMissing(Refusal):
    """Say in a few words why, for whoever asks later."""


class StillQuiet(Refusal):
    """The quiet days are not over. Until then the person can still call it off."""


class PauseNotUsable(Refusal):
    """Let 7 to 60 days lie between asking to be erased and the decision."""


class RuleTooLong(Refusal):
    """Say in at most 600 letters how long the record of care is kept."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A clinic's own rule: how many quiet days, and how long its record of care is kept."""

    pause_days: int = SHORTEST_PAUSE
    keeps: str = KEEPS

    def __post_init__(self) -> None:
        if not SHORTEST_PAUSE <= self.pause_days <= LONGEST_PAUSE:
            raise PauseNotUsable
        if not 0 < len(self.keeps) <= LONGEST_RULE:
            raise RuleTooLong


def quiet_until(kind: Kind, rule: Rule, now: datetime) -> datetime | None:
    """Return until when nothing is decided about a request that is taken down now."""
    return now + timedelta(days=rule.pause_days) if kind is Kind.ERASURE else None


def after_review(
    state: State, *, grants: bool | None, reason: str, quiet: datetime | None, now: datetime
) -> State:
    """Return where the clinician's decision leads.

    Raises MovedOn, DecisionMissing, ReasonMissing; StillQuiet for a yes before the quiet days are
    over: a no may come at any time.
    """
    if state is not State.WAITING:
        raise MovedOn
    if grants is None:
        raise DecisionMissing
    if not reason.strip():
        raise ReasonMissing
    if grants and quiet is not None and now < quiet:
        raise StillQuiet
    return State.GRANTED if grants else State.REFUSED


def after_calling_off(state: State, *, begun: bool = True) -> State:
    """Return where calling off leads; only what was not decided can be, or has not begun.

    ``begun``: what was granted is being done, or done. Raises MovedOn.
    """
    if state is not State.WAITING and (begun or state is not State.GRANTED):
        raise MovedOn
    return State.CALLED_OFF


def after_another_no(state: State) -> State:
    """Return where it leads that another clinician who treats them says no to the same wish."""
    return State.REFUSED if state in OPEN else state


def after_settling(state: State) -> State:
    """Return where it leads that everything asked for is done. Raises MovedOn."""
    if state is not State.GRANTED:
        raise MovedOn
    return State.SETTLED


def after_the_end(state: State) -> State:
    """Return where it leads that the person is gone; what was over stays as it is."""
    return {State.WAITING: State.CALLED_OFF, State.GRANTED: State.SETTLED}.get(state, state)
