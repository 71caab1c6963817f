"""A person leaves for good: who they were is removed, and others hear that they are not there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.intake.people import queries
from services.intake.people.models import Contribution, Member, Person, Relationship
from shared.contracts.intake import ContributionEnded, MemberChanged
from shared.store import UnitOfWork


def forget_person(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Remove a person's name and card, and let them leave wherever they belong; rows stay."""
    work.seal(person, name=None, pronouns=None)
    person.erased_at = person.erased_at or now
    for card in queries.cards_of(work, [person.id]).values():
        work.seal(card, email=None, phone=None, windows=None, ways=None)
        card.address_hash = card.phone_hash = None
        card.private = card.by_email = card.own_device = False
        card.email_checked_on = card.phone_checked_on = None
        card.confirmed_on = card.confirmed_by = None
    for member in _memberships(work, person.id):
        member.left_at = member.left_at or now


def tell_gone(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Tell the other services, for each relationship, that someone is no longer there."""
    person.version += 1
    for member in _memberships(work, person.id):
        work.record(
            MemberChanged(
                clinic_id=person.clinic_id,
                occurred_at=now,
                relationship_id=member.relationship_id,
                person_id=person.id,
                active=False,
                version=person.version,
            )
        )


def end_contribution(
    work: UnitOfWork, relationship: Relationship, *, request_id: UUID, now: datetime
) -> None:
    """Tell reports that an episode is never counted again, to be answered under ``request_id``."""
    row = work.session.get_one(Contribution, (relationship.clinic_id, relationship.id))
    row.permitted_until, row.revision = None, row.revision + 1
    work.record(
        ContributionEnded(
            clinic_id=row.clinic_id,
            occurred_at=now,
            episode_id=row.episode_id,
            request_id=request_id,
            revision=row.revision,
        )
    )


def _memberships(work: UnitOfWork, person_id: UUID) -> list[Member]:
    query = select(Member).where(Member.person_id == person_id).order_by(Member.relationship_id)
    return list(work.session.scalars(query))
