"""What members permit now, and what they said before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.intake.consent import domain
from services.intake.consent.models import ConsentRevision
from services.intake.people import queries as people
from services.intake.people.models import Relationship
from shared.consent.decision import Decision, decide
from shared.consent.ledger import history, said_about
from shared.contracts.words import Purpose
from shared.store import UnitOfWork


def revisions(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Sequence[ConsentRevision]:
    """Return all that a person said, oldest first."""
    return history(work, ConsentRevision, clinic_id=clinic_id, person_id=person_id)


def standing(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime
) -> Mapping[Purpose, Decision]:
    """Return what a person permits now, by purpose."""
    rows = revisions(work, clinic_id, person_id)
    return {
        purpose: decide(said_about(rows, purpose), purpose=purpose, texts=domain.TEXTS, at=now)
        for purpose in Purpose
    }


def still_missing(
    work: UnitOfWork, relationship: Relationship, now: datetime
) -> dict[UUID, list[str]]:
    """Return what each member has yet to permit; nothing to anyone but the treating clinician."""
    if not people.is_treating(work, relationship):
        return {}
    return {
        person_id: domain.still_missing(
            standing(work, clinic_id=relationship.clinic_id, person_id=person_id, now=now)[
                Purpose.CHECKIN_EMAIL
            ]
        )
        for person_id in people.everyone_in(work, relationship.id)
    }
