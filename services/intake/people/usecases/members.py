"""Members join, and their details and contact cards change."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake.directory.models import Clinic
from services.intake.people import domain, queries
from services.intake.people.domain import Contact, Details, NewMember
from services.intake.people.models import ContactCard, Member, Person, Relationship
from shared.contracts.intake import MemberChanged, MemberJoined
from shared.store import UnitOfWork


def join(
    work: UnitOfWork,
    *,
    relationship: Relationship,
    member: NewMember,
    spoken_alone: bool,
    now: datetime,
    alone: bool = False,
) -> Person:
    """Make a person known and a member of a relationship.

    ``alone``: nobody else who is there already could have the same address.
    """
    person = Person(clinic_id=relationship.clinic_id, id=work.new_id(), version=1)
    _describe(work, person, member.details)
    work.add(person)
    work.add(
        Member(
            clinic_id=relationship.clinic_id,
            id=work.new_id(),
            relationship_id=relationship.id,
            person_id=person.id,
            joined_at=now,
            external_key=member.key,
        )
    )
    card = ContactCard(clinic_id=relationship.clinic_id, id=person.id)
    _reach(work, card, member.contact, [] if alone else [relationship.id])
    if spoken_alone:
        _confirm(work, card, now)
    work.add(card)
    work.record(
        MemberJoined(
            clinic_id=relationship.clinic_id,
            occurred_at=now,
            relationship_id=relationship.id,
            person_id=person.id,
            version=person.version,
        )
    )
    return person


def change_details(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, details: Details, now: datetime
) -> Person:
    """Change how a person is called and addressed."""
    person = work.get(Person, clinic_id, person_id)
    _describe(work, person, details)
    tell_member(work, person, now)
    return person


def change_contact(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    contact: Contact,
    spoken_alone: bool,
    now: datetime,
) -> ContactCard:
    """Change a contact card after speaking with the person alone; that confirms the whole card.

    Nothing is sent to the old address. Raises NotSpokenAlone, AddressShared.
    """
    if not spoken_alone:
        raise domain.NotSpokenAlone
    person, card = (
        work.get(Person, clinic_id, person_id),
        work.get(ContactCard, clinic_id, person_id),
    )
    together = [one.id for one in queries.episodes_of(work, person_id)]
    _reach(work, card, contact, together)
    _confirm(work, card, now)
    tell_member(work, person, now)
    return card


def import_details(
    work: UnitOfWork, *, person: Person, details: Details, contact: Contact, now: datetime
) -> None:
    """Change what a file says about a person; a new address must be confirmed with them alone."""
    card = work.get(ContactCard, person.clinic_id, person.id)
    before = queries.contact_of(work, card)
    together = [one.id for one in queries.episodes_of(work, person.id)]
    _describe(work, person, details)
    _reach(work, card, contact, together)
    if before.email == contact.email:
        card.private = before.private
    else:
        card.confirmed_on = card.confirmed_by = None
    tell_member(work, person, now)


def tell_member(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Tell the other services, for each relationship, that a member's details have changed."""
    person.version += 1
    for relationship in queries.episodes_of(work, person.id):
        work.record(
            MemberChanged(
                clinic_id=person.clinic_id,
                occurred_at=now,
                relationship_id=relationship.id,
                person_id=person.id,
                active=True,
                version=person.version,
            )
        )


def _describe(work: UnitOfWork, person: Person, details: Details) -> None:
    pronouns = (details.pronouns or "").strip() or None
    work.seal(person, name=details.name.strip(), pronouns=pronouns)
    person.language, person.zone = details.language, details.zone


def _reach(
    work: UnitOfWork, card: ContactCard, contact: Contact, relationships: Collection[UUID]
) -> None:
    address = queries.address_hash(work, card.clinic_id, contact.email) if contact.email else None
    if (
        address
        and relationships
        and queries.shares_address(
            work, address=address, relationships=relationships, besides=card.id
        )
    ):
        raise domain.AddressShared
    windows = [window.content() for window in contact.windows]
    work.seal(card, email=contact.email, windows=windows or None)
    card.address_hash, card.private = address, contact.private and address is not None


def _confirm(work: UnitOfWork, card: ContactCard, now: datetime) -> None:
    clinic = work.get(Clinic, card.clinic_id, card.clinic_id)
    card.confirmed_on = now.astimezone(ZoneInfo(clinic.zone)).date()
    card.confirmed_by = work.actor.id
