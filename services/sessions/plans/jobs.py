"""What the clock ends: offers that lapsed, and things tried for as long as was agreed."""

from datetime import timedelta

from services.sessions.plans import queries, usecases
from shared.auth.actors import system
from shared.clock import Now
from shared.service import Job
from shared.store import Store

EVERY = timedelta(minutes=1)


def end_due_plans(store: Store, now: Now) -> int:
    """End every plan that is due, each in a transaction of its own; return how many ended."""
    with store.claiming() as work:
        due = queries.due_plans(work, now())
    ended = 0
    for clinic_id, plan_id in due:
        with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
            ended += usecases.end_when_due(work, plan_id=plan_id, now=now())
    return ended


def jobs(store: Store, now: Now) -> tuple[Job, ...]:
    """Return the jobs of plans."""
    return (Job(name="end_plans", every=EVERY, run=lambda: end_due_plans(store, now)),)
