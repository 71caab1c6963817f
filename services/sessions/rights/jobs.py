"""What the clock sets off for rights in sessions."""

from collections.abc import Sequence
from datetime import timedelta

from services.sessions.rights.usecases import PART
from shared.clock import Now
from shared.service import Job
from shared.store import Store


def jobs(store: Store, now: Now) -> Sequence[Job]:
    """Return the jobs: keys of those who are gone are destroyed within seconds."""
    return (
        Job(
            name="endings",
            every=timedelta(seconds=10),
            run=lambda: PART.destroy_keys(store, now=now()),
        ),
    )
