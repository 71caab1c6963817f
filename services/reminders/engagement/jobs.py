"""The clock's door to engagement."""

from datetime import timedelta

from services.reminders.engagement import usecases
from services.reminders.engagement.usecases import Bookkeeping
from shared.clock import Clock
from shared.service import Job


def jobs(books: Bookkeeping, clock: Clock) -> tuple[Job, ...]:
    """Close quarters that are due, every ten minutes."""
    return (
        Job(
            name="close",
            every=timedelta(minutes=10),
            run=lambda: usecases.close_periods(books, now=clock.now()),
        ),
    )
