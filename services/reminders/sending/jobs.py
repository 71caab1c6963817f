"""The clock's door to sending."""

from datetime import timedelta

from services.reminders.sending import usecases
from services.reminders.sending.usecases import PostOffice
from shared.service import Job


def jobs(office: PostOffice) -> tuple[Job, ...]:
    """Send what is due, and settle what was left in doubt."""
    return (
        Job(name="send", every=timedelta(seconds=5), run=lambda: usecases.send_due(office)),
        Job(
            name="settle",
            every=timedelta(seconds=30),
            run=lambda: usecases.settle_doubtful(office),
        ),
    )
