"""Who is to be asked anew because they once signed on paper."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from services.intake.consent.models import ConsentRevision, PaperConsent
from shared.store import UnitOfWork


def noted_on_paper(work: UnitOfWork, people: Collection[UUID]) -> Mapping[UUID, set[str]]:
    """Return the purposes for which each of these people once signed on paper."""
    rows = select(PaperConsent).where(PaperConsent.person_id.in_(people))
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in work.session.scalars(rows):
        found[row.person_id].add(row.purpose)
    return found


def to_renew(work: UnitOfWork, people: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Return, per person, what they signed on paper and were not asked here since."""
    said = select(ConsentRevision.person_id, ConsentRevision.purpose).where(
        ConsentRevision.person_id.in_(people)
    )
    asked = {(person_id, purpose) for person_id, purpose in work.session.execute(said)}
    return {
        person_id: [one for one in sorted(purposes) if (person_id, one) not in asked]
        for person_id, purposes in noted_on_paper(work, people).items()
    }
