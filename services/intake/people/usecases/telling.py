"""The other services are told what has changed about a member."""

from datetime import datetime

from services.intake.people import queries
from services.intake.people.models import Person
from shared.contracts.intake import MemberChanged
from shared.store import UnitOfWork


def tell_member(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Tell the other services, for each relationship, that a member's details have changed."""
    person.version += 1
    for member in queries.memberships_of(work, person.id):
        work.record(
            MemberChanged(
                clinic_id=person.clinic_id,
                occurred_at=now,
                relationship_id=member.relationship_id,
                person_id=person.id,
                active=member.left_at is None,
                version=person.version,
            )
        )
