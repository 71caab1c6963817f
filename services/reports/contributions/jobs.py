"""The clock's door to contributions: asks for what was closed and is not here yet."""

from datetime import timedelta

from services.reports.contributions import queries, usecases
from shared.auth.actors import system
from shared.service import Job
from shared.store import Store

EVERY = timedelta(seconds=5)


def jobs(store: Store) -> list[Job]:
    """Return the jobs of contributions."""
    return [Job(name="ask_for_contributions", every=EVERY, run=lambda: ask_once(store))]


def ask_once(store: Store) -> int:
    """Ask for the earliest missing quarter of each clinic and teller; return how many."""
    with store.claiming() as work:
        waiting = queries.unasked_closings(work)
    for closing in waiting:
        with store.unit_of_work(clinics={closing.clinic_id}, actor=system(store.service)) as work:
            usecases.ask_for(work, closing)
    return len(waiting)
