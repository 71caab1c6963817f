"""What is on the menu, what is offered, and how it stands."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from services.sessions.plans import domain
from services.sessions.plans.domain import Ending, Experiment, Stopped
from services.sessions.plans.models import Plan, PlanDue
from services.sessions.plans.queries.answers import Key, keys_of
from services.sessions.roster import queries as roster
from services.sessions.roster.models import Relationship
from shared.consent.gate import Openness
from shared.contracts.words import PlanState
from shared.errors import NotFound
from shared.store import UnitOfWork

MENU = Path(__file__).parents[1] / "menu.toml"
OPEN = (PlanState.OFFERED, PlanState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A plan as its treating clinician sees it."""

    plan_id: UUID
    experiment: Experiment
    days: int
    state: PlanState
    offered_at: datetime
    released: bool
    started_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    ending: Ending | None
    keys: Sequence[Key]

    @property
    def waits_for_start(self) -> bool:
        """Whether all keys are there, and only the start is missing."""
        ready = domain.three_keys(
            [key.member.person_id for key in self.keys],
            {key.member.person_id: key.decision for key in self.keys},
            released=self.released,
            available=True,
        )
        return self.state is PlanState.OFFERED and ready


@cache
def menu_version() -> int:
    """Return which version of the menu this is."""
    return int(tomllib.loads(MENU.read_text())["version"])


@cache
def menu() -> dict[str, Experiment]:
    """Return what may be offered, by code and in the order of the menu."""
    return domain.read_menu(tomllib.loads(MENU.read_text()))


def plan_to_change(work: UnitOfWork, plan_id: UUID) -> Plan:
    """Return a plan that nobody else changes before this work ends. Raises NotFound.

    Without it an answer and a beginning at the same moment would not see each other.
    """
    found = work.session.scalar(select(Plan).where(Plan.id == plan_id).with_for_update())
    if found is None:
        raise NotFound
    return found


def refuse_elsewhere(work: UnitOfWork, relationship_id: UUID, plan_id: UUID) -> None:
    """Raise NotFound unless a plan was offered to this relationship."""
    here = select(Plan.id).where(Plan.id == plan_id, Plan.relationship_id == relationship_id)
    if work.session.scalar(here) is None:
        raise NotFound


def one_at_a_time(work: UnitOfWork, relationship_id: UUID) -> None:
    """Let nobody else offer anything to a relationship before this work ends."""
    wanted = select(Relationship.id).where(Relationship.id == relationship_id)
    work.session.execute(wanted.with_for_update())


def plans_of(work: UnitOfWork, relationship_id: UUID) -> Sequence[Plan]:
    """Return every plan of a relationship, the latest first."""
    wanted = select(Plan).where(Plan.relationship_id == relationship_id)
    return work.session.scalars(wanted.order_by(Plan.offered_at.desc(), Plan.id)).all()


def open_plan(work: UnitOfWork, relationship_id: UUID) -> Plan | None:
    """Return what is offered to a relationship or tried by it now."""
    return next((one for one in plans_of(work, relationship_id) if one.state in OPEN), None)


def standings_of(work: UnitOfWork, relationship_id: UUID, now: datetime) -> list[Standing]:
    """Return how each plan of a relationship stands now, to its treating clinician alone."""
    together = roster.treated(work, relationship_id)
    return [_standing(work, one, together, now) for one in plans_of(work, relationship_id)]


def openness_of(work: UnitOfWork, relationship_id: UUID) -> Openness:
    """Return all that other staff are told: whether something runs, never why not."""
    roster.relationship(work, relationship_id)
    found = open_plan(work, relationship_id)
    return domain.openness(found.state if found else PlanState.ENDED)


def stops_of(work: UnitOfWork, relationship_id: UUID) -> list[Stopped]:
    """Return what was stopped in a relationship, whoever stopped it."""
    return [
        Stopped(experiment=one.experiment, at=one.ended_at)
        for one in plans_of(work, relationship_id)
        if one.ended_at and work.open(one, "ending") == Ending.STOPPED
    ]


def due_plans(work: UnitOfWork, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return (clinic, plan) of what is due; for work opened by ``claiming``."""
    wanted = select(PlanDue).where(PlanDue.due_at <= now).order_by(PlanDue.due_at).limit(100)
    return [(row.clinic_id, row.id) for row in work.session.scalars(wanted)]


def _standing(work: UnitOfWork, plan: Plan, together: roster.Together, now: datetime) -> Standing:
    ending = work.open(plan, "ending")
    return Standing(
        plan_id=plan.id,
        experiment=menu()[plan.experiment],
        days=plan.days,
        state=plan.state,
        offered_at=plan.offered_at,
        released=plan.released_at is not None,
        started_at=plan.started_at,
        ends_at=domain.due_at(plan.offered_at, plan.started_at, plan.days),
        ended_at=plan.ended_at,
        ending=Ending(ending) if ending else None,
        keys=keys_of(work, plan.id, together.present, now),
    )
