"""Offering something to try, beginning and ending it."""

from datetime import datetime
from uuid import UUID

from services.sessions.plans import domain, queries
from services.sessions.plans.domain import Ending
from services.sessions.plans.models import Plan, PlanDue
from services.sessions.records.usecases import note_milestone
from services.sessions.roster import queries as roster
from shared.contracts.sessions import PlanChanged
from shared.contracts.words import PlanState, RelationshipState
from shared.store import UnitOfWork


def offer_plan(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    experiment: str,
    days: int | None = None,
    known: bool,
    now: datetime,
) -> Plan:
    """Offer one thing of the menu to a relationship; nobody has said anything to it yet.

    ``known`` is whether all that other services told of these people was read just now; without
    it nothing is offered. Raises NotFound for whoever does not treat the relationship, or a
    Refusal of ``domain``.
    """
    together = roster.treated(work, relationship_id)
    queries.one_at_a_time(work, relationship_id)
    chosen = queries.menu().get(experiment)
    if chosen is None:
        raise domain.NotOnTheMenu
    domain.may_offer(
        experiment,
        met=not together.not_met,
        open_plans=1 if queries.open_plan(work, relationship_id) else 0,
        stops=queries.stops_of(work, relationship_id),
        available=known and _nothing_held_back(work, together),
        now=now,
    )
    plan = work.add(
        Plan(
            clinic_id=together.clinic_id,
            id=work.new_id(),
            relationship_id=relationship_id,
            experiment=experiment,
            menu_version=queries.menu_version(),
            days=domain.fitting_days(chosen.days if days is None else days),
            state=PlanState.OFFERED,
            version=0,
            offered_by=work.actor.id,
            offered_at=now,
        )
    )
    _tell(work, plan, PlanState.OFFERED, now=now)
    return plan


def release_plan(work: UnitOfWork, *, plan_id: UUID, now: datetime) -> None:
    """Give the clinician's own key. Raises NotFound or NotOpen."""
    plan = queries.plan_to_change(work, plan_id)
    roster.treated(work, plan.relationship_id)
    refuse_ended(plan)
    plan.released_at = plan.released_at or now


def start_plan(work: UnitOfWork, *, plan_id: UUID, known: bool, now: datetime) -> bool:
    """Begin what all keys are there for, and say whether it runs.

    Each member's word is decided on at this moment. Anything missing, unknown or held back leaves
    it as it is, without a word why. What began uses up every yes to it: it begins once.
    """
    plan = queries.plan_to_change(work, plan_id)
    if plan.state is not PlanState.OFFERED:
        return plan.state is PlanState.RUNNING
    together = roster.relationship(work, plan.relationship_id)
    lapsed = now >= domain.due_at(plan.offered_at, None, plan.days)
    if lapsed or not domain.three_keys(
        [member.person_id for member in together.present],
        queries.decisions_on(work, plan_id, now),
        released=plan.released_at is not None,
        available=_nothing_held_back(work, together) if known else None,
    ):
        return False
    plan.started_at = now
    _tell(work, plan, PlanState.RUNNING, now=now)
    return True


def stop_plan(work: UnitOfWork, *, plan_id: UUID, now: datetime) -> None:
    """End what is offered or tried, because someone wants it ended; nobody has to say why.

    Raises NotFound for whoever does not treat the relationship.
    """
    plan = queries.plan_to_change(work, plan_id)
    roster.treated(work, plan.relationship_id)
    if plan.state in queries.OPEN:
        end(work, plan, Ending.STOPPED, now=now)


def take_back_offer(work: UnitOfWork, *, plan_id: UUID, now: datetime) -> None:
    """End an offer that nobody began, without calling it a stop. Raises NotFound or NotOpen."""
    plan = queries.plan_to_change(work, plan_id)
    roster.treated(work, plan.relationship_id)
    if plan.state is not PlanState.OFFERED:
        raise domain.NotOpen
    end(work, plan, Ending.TAKEN_BACK, now=now)


def stop_everything(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> int:
    """End what is open wherever a person belongs, as any stop; return how much that was."""
    about = roster.relationships_of(work, clinic_id, person_id)
    found = [plan for one in about if (plan := queries.open_plan(work, one)) is not None]
    for plan in found:
        end(work, queries.plan_to_change(work, plan.id), Ending.STOPPED, now=now)
    return len(found)


def end_care(work: UnitOfWork, *, relationship_id: UUID, now: datetime) -> None:
    """End what is open in a relationship that is no longer in care together."""
    plan = queries.open_plan(work, relationship_id)
    if plan is not None:
        end(work, plan, Ending.CARE_ENDED, now=now)


def end_when_due(work: UnitOfWork, *, plan_id: UUID, now: datetime) -> bool:
    """End a plan whose days are over or whose offer has lapsed; say whether it was due."""
    plan = queries.plan_to_change(work, plan_id)
    if plan.state not in queries.OPEN:
        return False
    if now < domain.due_at(plan.offered_at, plan.started_at, plan.days):
        return False
    ran = plan.state is PlanState.RUNNING
    end(work, plan, Ending.RAN_ITS_TIME if ran else Ending.LAPSED, now=now)
    return True


def _nothing_held_back(work: UnitOfWork, together: roster.Together) -> bool:
    """Say whether nothing stands against joint things: in care together, each met, all read."""
    about = together.relationship_id
    unread = roster.unread_forms(work, about)
    joint = together.state is RelationshipState.OPEN and together.all_available
    nobody_missing = joint and not together.not_met
    return roster.available(work, about) and nobody_missing and not unread


def refuse_ended(plan: Plan) -> None:
    """Return quietly while something is offered or tried; raises NotOpen."""
    if plan.state not in queries.OPEN:
        raise domain.NotOpen


def end(work: UnitOfWork, plan: Plan, ending: Ending, *, now: datetime) -> None:
    """End what is offered or tried, and tell it; why is sealed."""
    plan.ended_at = now
    work.seal(plan, ending=ending)
    _tell(work, plan, PlanState.ENDED, now=now)


def _tell(work: UnitOfWork, plan: Plan, state: PlanState, *, now: datetime) -> None:
    """Move a plan, put a line into the course of time, and tell the other services."""
    plan.state, plan.version = state, plan.version + 1
    _plan_look(work, plan)
    note_milestone(
        work,
        clinic_id=plan.clinic_id,
        relationship_id=plan.relationship_id,
        code=f"plan.{state}",
        subject_id=plan.id,
        now=now,
    )
    work.record(
        PlanChanged(
            clinic_id=plan.clinic_id,
            occurred_at=now,
            relationship_id=plan.relationship_id,
            plan_id=plan.id,
            state=state,
            version=plan.version,
        )
    )


def _plan_look(work: UnitOfWork, plan: Plan) -> None:
    """Keep in the table of due things when this plan must be looked at, if ever."""
    due = work.session.get(PlanDue, (plan.clinic_id, plan.id))
    at = domain.due_at(plan.offered_at, plan.started_at, plan.days)
    if due is None:
        work.add(PlanDue(clinic_id=plan.clinic_id, id=plan.id, due_at=at))
    elif plan.state is PlanState.ENDED:
        work.session.delete(due)
    else:
        due.due_at = at
