"""Whether an episode may be counted in reports."""

from datetime import datetime

from services.intake.people.models import Contribution, Relationship
from shared.contracts.intake import ContributionChanged
from shared.store import UnitOfWork


def settle_contribution(
    work: UnitOfWork,
    *,
    relationship: Relationship,
    permitted_until: datetime | None,
    now: datetime,
) -> None:
    """Note until when an episode may be counted, and tell reports when that is news."""
    row = work.session.get(Contribution, (relationship.clinic_id, relationship.id))
    if row is None:
        raise LookupError("A relationship opens with its contribution.")
    news = (row.permitted_until is None) != (permitted_until is None)
    row.permitted_until = permitted_until
    if news:
        tell_contribution(work, row, now)


def tell_contribution(work: UnitOfWork, row: Contribution, now: datetime) -> None:
    """Tell reports whether an episode may be counted."""
    row.revision += 1
    work.record(
        ContributionChanged(
            clinic_id=row.clinic_id,
            occurred_at=now,
            episode_id=row.episode_id,
            permitted=row.permitted_until is not None,
            revision=row.revision,
        )
    )
