"""What is planned for whom, and how it went, as staff read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select

from services.reminders.roster import queries as roster
from services.reminders.roster.domain import Card
from services.reminders.roster.models import Relationship
from services.reminders.schedules import domain
from services.reminders.schedules.models import Due, Planning, Prompt, Schedule
from shared.contracts.words import Channel
from shared.errors import NotFound
from shared.store import UnitOfWork

SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class PastPrompt:
    """How one prompt went."""

    local_date: date
    due_at: datetime
    state: domain.State
    reason: domain.Hold | None
    answered: bool


@dataclass(frozen=True, kw_only=True)
class MemberSchedule:
    """One member's schedule with everything that staff see of it."""

    id: UUID
    relationship_id: UUID
    person_id: UUID
    rule: domain.Rule
    paused: bool
    version: int
    place: int
    card: Card | None
    permitted: bool
    noted: bool
    stopped: bool
    usable: bool
    to_confirm: bool
    prompts: Sequence[PastPrompt]
    next_slots: Sequence[domain.Slot]


def rule_of(schedule: Schedule) -> domain.Rule:
    """Return the rule that a schedule's row spells."""
    return domain.Rule(schedule.weekday, time.fromisoformat(schedule.at))


def schedule(work: UnitOfWork, schedule_id: UUID, *, locked: bool = False) -> Schedule:
    """Return a schedule, or refuse with NotFound; staff see those of whom they treat."""
    wanted = select(Schedule).where(Schedule.id == schedule_id)
    found = work.session.scalar(wanted.with_for_update() if locked else wanted)
    if found is None or not roster.treated_by(work, found.relationship_id):
        raise NotFound
    return found


def schedules_of(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID | None = None,
    relationship_id: UUID | None = None,
) -> Sequence[Schedule]:
    """Return the schedules of a person or of a relationship, in a steady order."""
    wanted = select(Schedule).where(Schedule.clinic_id == clinic_id).order_by(Schedule.id)
    if person_id is not None:
        wanted = wanted.where(Schedule.person_id == person_id)
    if relationship_id is not None:
        wanted = wanted.where(Schedule.relationship_id == relationship_id)
    return work.session.scalars(wanted).all()


def other_days(work: UnitOfWork, schedule: Schedule) -> set[int]:
    """Return the weekdays of the same person's other schedules."""
    own = schedules_of(work, clinic_id=schedule.clinic_id, person_id=schedule.person_id)
    return {one.weekday for one in own if one.id != schedule.id}


def days_taken(work: UnitOfWork, schedule: Schedule, *, since: date) -> set[date]:
    """Return the dates from ``since`` on for which the person already has a prompt."""
    taken = select(Prompt.local_date).where(
        Prompt.clinic_id == schedule.clinic_id,
        Prompt.person_id == schedule.person_id,
        Prompt.local_date >= since,
    )
    return set(work.session.scalars(taken))


def planned_prompts(work: UnitOfWork, schedule: Schedule) -> Sequence[Prompt]:
    """Return the prompts of a schedule that are planned and not yet attempted."""
    return work.session.scalars(
        select(Prompt)
        .where(
            Prompt.clinic_id == schedule.clinic_id,
            Prompt.schedule_id == schedule.id,
            Prompt.state == domain.State.PLANNED,
        )
        .with_for_update()
    ).all()


def latest_prompts(work: UnitOfWork, schedule: Schedule) -> list[PastPrompt]:
    """Return how the last few prompts of a schedule went, newest first."""
    rows = work.session.scalars(
        select(Prompt)
        .where(Prompt.clinic_id == schedule.clinic_id, Prompt.schedule_id == schedule.id)
        .order_by(Prompt.local_date.desc())
        .limit(SHOWN)
    )
    return [
        PastPrompt(
            local_date=row.local_date,
            due_at=row.due_at,
            state=row.state,
            reason=row.reason,
            answered=row.answered_at is not None,
        )
        for row in rows
    ]


def due_for_planning(work: UnitOfWork, *, now: datetime, limit: int) -> Sequence[Planning]:
    """Return what the planner is to look at now; for a claiming work."""
    return work.session.scalars(
        select(Planning)
        .where(Planning.plan_at <= now)
        .order_by(Planning.plan_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def due_of(work: UnitOfWork, prompt: Prompt) -> Due | None:
    """Return the row by which a prompt waits to be sent or settled."""
    return work.session.get(Due, (prompt.clinic_id, prompt.id))


def member_schedule(work: UnitOfWork, schedule: Schedule, *, now: datetime) -> MemberSchedule:
    """Return a schedule with everything that staff see of it."""
    person = {"clinic_id": schedule.clinic_id, "person_id": schedule.person_id}
    member = roster.membership(work, relationship_id=schedule.relationship_id, **person)
    card = roster.card_of(work, **person)
    permitted = roster.permitted(work, channel=Channel.EMAIL, now=now, **person)
    policy = roster.told_of_policy(work, **person)
    running = permitted and not schedule.paused
    usable, to_confirm = _standing_of(work, schedule, card, now=now)
    return MemberSchedule(
        id=schedule.id,
        relationship_id=schedule.relationship_id,
        person_id=schedule.person_id,
        rule=rule_of(schedule),
        paused=schedule.paused,
        version=schedule.version,
        place=member.place if member else 0,
        card=card,
        permitted=permitted,
        noted=policy is not None and policy.permits(now),
        stopped=roster.stopped(work, channel=Channel.EMAIL, **person),
        usable=usable,
        to_confirm=to_confirm,
        prompts=latest_prompts(work, schedule),
        next_slots=domain.next_slots(rule_of(schedule), card, after=now, count=5)
        if card and running
        else (),
    )


def _standing_of(
    work: UnitOfWork, schedule: Schedule, card: Card | None, *, now: datetime
) -> tuple[bool, bool]:
    """Return whether a card can be written to today, and whether it is time to confirm it."""
    if card is None:
        return False, False
    today, trusted_for = card.local(now).date(), roster.trusted_for(work, schedule.clinic_id)
    usable = card.usable_on(today, trusted_for=trusted_for) and not roster.shares_box(
        work,
        clinic_id=schedule.clinic_id,
        relationship_id=schedule.relationship_id,
        person_id=schedule.person_id,
    )
    return usable, card.to_confirm_on(today, trusted_for=trusted_for)


def relationship_schedules(
    work: UnitOfWork, *, now: datetime
) -> list[tuple[UUID, datetime, list[MemberSchedule]]]:
    """Return (id, opened at, members' schedules) of each relationship that the actor treats."""
    return [
        (relationship.id, relationship.opened_at, members_schedules(work, relationship, now=now))
        for relationship in roster.open_relationships(work, clinician_id=work.actor.id)
    ]


def members_schedules(
    work: UnitOfWork, relationship: Relationship, *, now: datetime
) -> list[MemberSchedule]:
    """Return the schedules of those who belong to a relationship, in order of joining."""
    here = {"clinic_id": relationship.clinic_id, "relationship_id": relationship.id}
    active = {m.person_id for m in roster.members(work, **here) if m.active}
    seen = [
        member_schedule(work, one, now=now)
        for one in schedules_of(work, **here)
        if one.person_id in active
    ]
    return sorted(seen, key=lambda one: one.place)
