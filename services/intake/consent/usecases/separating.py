"""Members go on apart: what was joint ends for all at once, and each is asked anew, alone."""

from datetime import datetime
from uuid import UUID

from services.intake.consent import domain
from services.intake.consent.usecases.answering import locked
from services.intake.consent.usecases.asking import call_back
from services.intake.consent.usecases.pausing import put_aside
from services.intake.people import queries as people
from services.intake.people import usecases as people_usecases
from services.intake.people.models import Relationship
from shared.store import UnitOfWork


def separate(work: UnitOfWork, *, relationship_id: UUID, now: datetime) -> Relationship:
    """Let the members of a relationship be in care apart, and put aside all that each permitted.

    It is the same for every member, at the same moment, whatever each had permitted.
    Raises NotYours unless the actor treats them; AlreadyClosed, AlreadyApart.
    """
    relationship = people.relationship(work, relationship_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise domain.NotYours
    people_usecases.set_apart(work, relationship_id=relationship_id, now=now)
    for person_id in sorted(people.present_in(work, relationship_id)):
        person = locked(work, relationship.clinic_id, person_id)
        call_back(work, clinic_id=person.clinic_id, person_id=person.id, now=now)
        put_aside(work, person, now)
    return relationship
