"""What a clinic's own list says was signed on paper is noted; it permits nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.intake.consent import queries
from services.intake.consent.models import PaperConsent
from shared.store import UnitOfWork


def note_paper(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    purposes: Collection[str],
    now: datetime,
) -> None:
    """Note that a person is to be asked anew about these purposes; twice is the same as once."""
    known = queries.noted_on_paper(work, [person_id])[person_id]
    for purpose in sorted(set(purposes) - known):
        work.add(
            PaperConsent(
                clinic_id=clinic_id,
                id=work.new_id(),
                person_id=person_id,
                purpose=purpose,
                noted_at=now,
            )
        )
