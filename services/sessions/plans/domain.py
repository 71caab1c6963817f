"""When something may be tried: every member said yes alone, and the clinician has released it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.consent.decision import Decision
from shared.consent.gate import Openness, gate
from shared.consent.purposes import KINDS
from shared.consent.terms import Method, Setting, State
from shared.contracts.words import PlanState
from shared.errors import Refusal

OFFER_STANDS = timedelta(days=14)
"""How long an offer, and a yes to it, is worth something."""

EXERCISE = KINDS["exercise"]
"""The purpose that each offer is one of."""

QUIET_AFTER_STOP = timedelta(hours=72)
"""Nothing at all is offered so soon after a stop."""

SAME_AGAIN_AFTER_STOP = timedelta(days=14)
"""The same thing is not offered again before this."""

FEWEST_DAYS, MOST_DAYS = 1, 28


class Said(StrEnum):
    """What a member said, each for themselves."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"
    STOP = "stop"


STATES = {
    Said.YES: State.GIVEN,
    Said.NO: State.REFUSED,
    Said.NOT_NOW: State.DEFERRED,
    Said.STOP: State.WITHDRAWN,
}
"""What a member's word is called in the ledger; a no after a yes that holds is a withdrawal."""

ASKED_WHERE = (Setting.ALONE_AT_CLINIC, Setting.ALONE_BY_PHONE)
"""Where a clinician asks one member."""


class EarlierMethod(StrEnum):
    """How it was said, in answers that were kept before the text was kept with them."""

    SPOKEN = "spoken"
    FORM = "form"


class Ending(StrEnum):
    """Why a plan ended; told to nobody but the treating clinician."""

    RAN_ITS_TIME = "ran_its_time"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"
    CARE_ENDED = "care_ended"


class NotOnTheMenu(Refusal):
    """This is not on the menu. Choose something that is."""


class DaysDoNotFit(Refusal):
    """Choose between 1 and 28 days."""


class NotAvailableNow(Refusal):
    """Nothing new can be offered here right now."""


class NotMetYet(Refusal):
    """Meet each member on their own first, and keep that. Nothing joint can begin before."""


class AlreadyOffered(Refusal):
    """Something is offered or being tried already. One thing at a time."""


class TooSoon(Refusal):
    """This cannot be offered again yet. Choose something else, or wait for the next session."""


class NotOpen(Refusal):
    """This is no longer open: it has ended."""


class NotAlone(Refusal):
    """An answer counts only when it was given alone. Speak with this member alone first."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Something on the menu. ``level``: 0 without touch, 1 everyday affection."""

    code: str
    name: str
    level: int
    days: int
    purpose: str
    how: str
    prerequisites: Sequence[str]
    not_when: Sequence[str]
    stop: str


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """That something was stopped, and when."""

    experiment: str
    at: datetime


def read_menu(written: Mapping[str, Any]) -> dict[str, Experiment]:
    """Return what a menu file holds, by code and in its order."""
    return {one["code"]: Experiment(**one) for one in written["experiment"]}


def purpose_of(plan_id: UUID) -> str:
    """Return what a yes to one offer is for; no other offer may use it."""
    return f"{EXERCISE.code}.{plan_id}"


def plan_of(purpose: str) -> UUID:
    """Return the offer that a purpose is about."""
    return UUID(purpose.removeprefix(f"{EXERCISE.code}."))


def state_of(said: Said, present: Decision) -> State:
    """Return what a word is called, given what stood before it."""
    return State.WITHDRAWN if said is Said.NO and present.permits else STATES[said]


def word_of(state: State, method: Method) -> Said:
    """Return a member's word as staff read it."""
    if state is State.WITHDRAWN:
        return Said.STOP if method is Method.STOP_LINK else Said.NO
    return next(said for said, called in STATES.items() if called is state)


def holds_until(ends: datetime, decided_at: datetime) -> datetime:
    """Return when a yes ends: with what was offered, and within its purpose's time."""
    return min(ends, EXERCISE.longest.after(decided_at))


def three_keys(
    members: Collection[UUID],
    decisions: Mapping[UUID, Decision],
    *,
    released: bool,
    available: bool | None,
) -> bool:
    """Say whether it may begin, by the one gate of the house: None for what is not known.

    ``decisions`` is what each member's own word permits now; who is missing was not asked yet.
    """
    words = {one: decisions[one].because if one in decisions else None for one in members}
    return gate(words, released=released, available=available).is_open


def openness(state: PlanState) -> Openness:
    """Return what others are told of a plan: only whether it runs, never why it does not."""
    running = state is PlanState.RUNNING
    return Openness.AVAILABLE if running else Openness.NOT_AVAILABLE_NOW


def may_offer(
    experiment: str,
    *,
    met: bool,
    open_plans: int,
    stops: Iterable[Stopped],
    available: bool,
    now: datetime,
) -> None:
    """Return quietly when something may be offered now; ``met``: each member, on their own.

    Raises NotMetYet, NotAvailableNow, AlreadyOffered or TooSoon.
    """
    if not met:
        raise NotMetYet
    if not available:
        raise NotAvailableNow
    if open_plans:
        raise AlreadyOffered
    for stop in stops:
        pause = SAME_AGAIN_AFTER_STOP if stop.experiment == experiment else QUIET_AFTER_STOP
        if now < stop.at + pause:
            raise TooSoon


def fitting_days(days: int) -> int:
    """Return a number of days that something may be tried. Raises DaysDoNotFit."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise DaysDoNotFit
    return days


def due_at(offered_at: datetime, started_at: datetime | None, days: int) -> datetime:
    """Return when a plan ends by itself: after its days, or when nobody began it in time."""
    if started_at is None:
        return offered_at + OFFER_STANDS
    return started_at + timedelta(days=days)
