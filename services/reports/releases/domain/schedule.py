"""When a release is due, and of which clinics it speaks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reports.contributions.domain import Quarter, Teller

CUT_OFF = timedelta(weeks=4)
"""How long after a quarter's end its release waits for clinics that are late."""

Accepted = Mapping[UUID, Collection[Teller]]
"""For each clinic, the tellers whose contributions to the quarter are here."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a quarter has come: whose figures are expected, and whose are complete."""

    quarter: Quarter
    expected: Sequence[UUID]
    complete: Sequence[UUID]
    any_here: bool

    def due(self, now: datetime, *, cut_off: timedelta) -> bool:
        """Say whether the release may be built: all is here, or late clinics were waited for."""
        if now < self.quarter.ends_at or not self.any_here:
            return False
        everyone = len(self.complete) == len(self.expected)
        return everyone or now >= self.quarter.ends_at + cut_off


def progress(quarter: Quarter, *, members: Mapping[UUID, datetime], accepted: Accepted) -> Progress:
    """Return how far a quarter has come for an organization.

    ``members`` says since when each clinic is with us; one that came after the quarter is expected
    only if it contributes nevertheless.
    """
    expected = [
        clinic
        for clinic, since in members.items()
        if since < quarter.ends_at or accepted.get(clinic)
    ]
    complete = [clinic for clinic in expected if set(accepted.get(clinic, ())) == set(Teller)]
    return Progress(
        quarter=quarter,
        expected=expected,
        complete=complete,
        any_here=any(accepted.get(clinic) for clinic in expected),
    )
