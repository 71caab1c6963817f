"""What the clock sets off for consent."""

from collections.abc import Sequence
from datetime import timedelta

from services.intake.consent import usecases
from shared.clock import Clock
from shared.service import Job
from shared.store import Store


def jobs_of(store: Store, clock: Clock) -> Sequence[Job]:
    """Return the jobs: reports hear, within a minute, of permissions that end by themselves."""
    by_texts = usecases.CountedByTexts(store)
    return (
        Job(
            name="texts",
            every=timedelta(minutes=1),
            run=lambda: by_texts.run(now=clock.now()),
        ),
        Job(
            name="contributions",
            every=timedelta(minutes=1),
            run=lambda: usecases.end_contributions(store, now=clock.now()),
        ),
    )
