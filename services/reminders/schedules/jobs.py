"""The clock's door to schedules."""

from datetime import timedelta

from services.reminders.schedules import usecases
from shared.clock import Clock
from shared.service import Job
from shared.store import Store


def jobs(store: Store, clock: Clock) -> tuple[Job, ...]:
    """Write down what is near, every half minute."""
    return (
        Job(
            name="plan",
            every=timedelta(seconds=30),
            run=lambda: usecases.plan_due(store, now=clock.now()),
        ),
    )
