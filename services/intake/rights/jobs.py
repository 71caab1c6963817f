"""What the clock sets off for rights."""

from collections.abc import Sequence
from datetime import timedelta

from services.intake.rights import usecases
from shared.clock import Clock
from shared.service import Job
from shared.store import Store


def jobs_of(store: Store, clock: Clock) -> Sequence[Job]:
    """Return the jobs: keys are destroyed within seconds of a decision."""
    return (
        Job(
            name="endings",
            every=timedelta(seconds=10),
            run=lambda: usecases.destroy_keys(store, now=clock.now()),
        ),
    )
