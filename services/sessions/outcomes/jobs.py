"""What the clock closes: quarters, clinic by clinic."""

from datetime import timedelta

from services.sessions.outcomes import queries, usecases
from services.sessions.outcomes.gateways import Complete
from shared.auth.actors import system
from shared.clock import Now
from shared.service import Job
from shared.store import Store

EVERY = timedelta(minutes=5)


def close_due_periods(store: Store, complete: Complete, now: Now, grace: timedelta) -> int:
    """Close every quarter that is due, each in a transaction of its own; return how many closed.

    The feeds are read only when something is due, and then once for all, after its end.
    """
    began = now()
    with store.claiming() as work:
        due = queries.clinics_due(work, began)
    if not due or not complete():
        return 0
    closed = 0
    for clinic_id in due:
        with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
            closed += usecases.close_period(
                work, clinic_id=clinic_id, complete=True, grace=grace, now=began
            )
    return closed


def jobs(store: Store, complete: Complete, now: Now, grace: timedelta) -> tuple[Job, ...]:
    """Return the jobs of outcomes."""
    return (
        Job(
            name="close_periods",
            every=EVERY,
            run=lambda: close_due_periods(store, complete, now, grace),
        ),
    )
