"""Beginning, changing and pausing a schedule, and writing down its next occasion."""

from datetime import datetime, time, timedelta
from uuid import UUID

from services.reminders.roster import queries as roster
from services.reminders.schedules import domain, queries
from services.reminders.schedules.models import Due, Planning, Prompt, Schedule
from shared.auth.actors import system
from shared.contracts.words import Channel
from shared.store import Store, UnitOfWork

CHUNK = 100
LEASE = timedelta(minutes=5)
LOOK_AGAIN = timedelta(days=1)


def begin_schedule(
    work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID, now: datetime
) -> None:
    """Give a new member the usual schedule: one form a week; one who has it keeps it."""
    mine = {"clinic_id": clinic_id, "person_id": person_id}
    schedules = queries.schedules_of(work, **mine)
    if any(one.relationship_id == relationship_id for one in schedules):
        return
    member = roster.membership(work, relationship_id=relationship_id, **mine)
    first = domain.first_rule(relationship_id, person_id, member.place if member else 0)
    rule = domain.free_rule(first, {one.weekday for one in schedules})
    schedule = work.add(
        Schedule(
            id=work.new_id(),
            relationship_id=relationship_id,
            weekday=rule.weekday,
            at=rule.at.isoformat("minutes"),
            **mine,
        )
    )
    work.add(Planning(clinic_id=clinic_id, id=schedule.id, plan_at=now))


def change_schedule(
    work: UnitOfWork, *, schedule_id: UUID, weekday: int, at: time, version: int, now: datetime
) -> Schedule:
    """Ask on another day or at another time from now on.

    Raises NotAtNight, DayTaken, or ScheduleMoved when ``version`` is no longer the newest.
    """
    schedule = _at_version(work, schedule_id, version)
    chosen = domain.choose(domain.Rule(weekday, at), queries.other_days(work, schedule))
    schedule.weekday, schedule.at = chosen.weekday, chosen.at.isoformat("minutes")
    _begin_anew(work, schedule, now=now)
    return schedule


def pause_schedule(
    work: UnitOfWork, *, schedule_id: UUID, paused: bool, version: int, now: datetime
) -> Schedule:
    """Stop asking for a while, or ask again; raises ScheduleMoved like ``change_schedule``."""
    schedule = _at_version(work, schedule_id, version)
    schedule.paused = paused
    _begin_anew(work, schedule, now=now)
    return schedule


def renew_schedules(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Plan a person's forms anew, for their zone or safe hours have moved."""
    for schedule in queries.schedules_of(work, clinic_id=clinic_id, person_id=person_id):
        _begin_anew(work, schedule, now=now)


def withdraw_prompts(work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID) -> None:
    """Forget what is planned for those who are not in care with this relationship any more."""
    here = {"clinic_id": clinic_id, "relationship_id": relationship_id}
    for schedule in queries.schedules_of(work, **here):
        if not roster.in_care(work, person_id=schedule.person_id, **here):
            _forget_planned(work, schedule)


def follow_consent(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Forget what is planned for a person who does not agree now, and look at them again soon."""
    person = {"clinic_id": clinic_id, "person_id": person_id}
    if not roster.permitted(work, channel=Channel.EMAIL, now=now, **person):
        for schedule in queries.schedules_of(work, **person):
            _forget_planned(work, schedule)
    look_again(work, now=now, **person)


def look_again(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Let the planner look at a person's schedules soon, for something about them has changed."""
    for schedule in queries.schedules_of(work, clinic_id=clinic_id, person_id=person_id):
        _plan_at(work, schedule, now)


def plan_due(store: Store, *, now: datetime) -> int:
    """Write down the next occasion of every schedule that is to be looked at; return how many."""
    with store.claiming() as work:
        claimed = [(row.clinic_id, row.id) for row in _leased(work, now)]
    for clinic_id, schedule_id in claimed:
        with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
            plan_next(work, schedule_id=schedule_id, now=now)
    return len(claimed)


def plan_next(work: UnitOfWork, *, schedule_id: UUID, now: datetime) -> Prompt | None:
    """Write down a schedule's next occasion if it is near and the person may be asked.

    The next look is at that occasion; one person and date never get two.
    """
    schedule = queries.schedule(work, schedule_id, locked=True)
    slot = _next_slot(work, schedule, now=now)
    if slot is None:
        _plan_at(work, schedule, now + LOOK_AGAIN)
        return None
    if slot.due_at - domain.HORIZON > now:
        _plan_at(work, schedule, slot.due_at - domain.HORIZON)
        return None
    _plan_at(work, schedule, slot.due_at)
    return _planned(work, schedule, slot)


def _next_slot(work: UnitOfWork, schedule: Schedule, *, now: datetime) -> domain.Slot | None:
    person = {"clinic_id": schedule.clinic_id, "person_id": schedule.person_id}
    card = roster.card_of(work, **person)
    asked = (
        not schedule.paused
        and roster.in_care(work, relationship_id=schedule.relationship_id, **person)
        and roster.permitted(work, channel=Channel.EMAIL, now=now, **person)
    )
    if card is None or not asked:
        return None
    taken = queries.days_taken(work, schedule, since=card.local(now).date())
    coming = domain.slots(queries.rule_of(schedule), card, after=now)
    return next((slot for slot in coming if slot.day not in taken), None)


def _planned(work: UnitOfWork, schedule: Schedule, slot: domain.Slot) -> Prompt:
    whose = {"person_id": schedule.person_id, "relationship_id": schedule.relationship_id}
    prompt = work.add(
        Prompt(
            clinic_id=schedule.clinic_id,
            id=work.new_id(),
            schedule_id=schedule.id,
            schedule_version=schedule.version,
            local_date=slot.day,
            due_at=slot.due_at,
            expires_at=slot.due_at + domain.SENDABLE_FOR,
            **whose,
        )
    )
    work.add(Due(clinic_id=prompt.clinic_id, id=prompt.id, next_try_at=slot.due_at, **whose))
    return prompt


def _at_version(work: UnitOfWork, schedule_id: UUID, version: int) -> Schedule:
    schedule = queries.schedule(work, schedule_id, locked=True)
    if schedule.version != version:
        raise domain.ScheduleMoved
    return schedule


def _begin_anew(work: UnitOfWork, schedule: Schedule, *, now: datetime) -> None:
    schedule.version += 1
    _forget_planned(work, schedule)
    _plan_at(work, schedule, now)


def _forget_planned(work: UnitOfWork, schedule: Schedule) -> None:
    for prompt in queries.planned_prompts(work, schedule):
        due = queries.due_of(work, prompt)
        if due is not None:
            work.session.delete(due)
        work.session.delete(prompt)
    work.session.flush()


def _plan_at(work: UnitOfWork, schedule: Schedule, moment: datetime) -> None:
    planning = work.session.get(Planning, (schedule.clinic_id, schedule.id))
    if planning is not None:
        planning.plan_at = moment


def _leased(work: UnitOfWork, now: datetime) -> list[Planning]:
    rows = list(queries.due_for_planning(work, now=now, limit=CHUNK))
    for row in rows:
        row.plan_at = now + LEASE
    return rows
