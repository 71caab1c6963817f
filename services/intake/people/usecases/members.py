"""Members join, and their details change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.intake.people import queries
from services.intake.people.domain import Contact, Details, Means, NewMember
from services.intake.people.models import ContactCard, Member, Person, Relationship
from services.intake.people.usecases.cards import confirm_card, write_card
from services.intake.people.usecases.telling import tell_member
from shared.contracts.intake import MemberJoined
from shared.store import UnitOfWork

AtJoining = Callable[[UnitOfWork, Person, NewMember, datetime], None]


def nothing_more(_work: UnitOfWork, _person: Person, _member: NewMember, _now: datetime) -> None:
    """Do nothing more with someone who joins."""


def join(
    work: UnitOfWork,
    *,
    relationship: Relationship,
    member: NewMember,
    spoken_alone: bool,
    now: datetime,
    alone: bool = False,
    and_then: AtJoining = nothing_more,
) -> Person:
    """Make a person known and a member of a relationship.

    ``alone``: nobody else who is there already could have the same address. ``and_then``: what
    another capability does with everyone who joins.
    """
    person = Person(clinic_id=relationship.clinic_id, id=work.new_id(), version=1)
    _describe(work, person, member.details)
    work.add(person)
    card = ContactCard(clinic_id=relationship.clinic_id, id=person.id)
    write_card(work, card, member.contact, [] if alone else [relationship.id], now=now)
    if spoken_alone:
        confirm_card(work, card, now)
    work.add(card)
    belong(work, relationship=relationship, person=person, key=member.key, now=now)
    and_then(work, person, member, now)
    return person


def belong(
    work: UnitOfWork,
    *,
    relationship: Relationship,
    person: Person,
    now: datetime,
    key: bytes | None = None,
) -> None:
    """Make someone who is known a member of a relationship, and tell the other services."""
    work.add(
        Member(
            clinic_id=relationship.clinic_id,
            id=work.new_id(),
            relationship_id=relationship.id,
            person_id=person.id,
            joined_at=now,
            external_key=key,
        )
    )
    work.record(
        MemberJoined(
            clinic_id=relationship.clinic_id,
            occurred_at=now,
            relationship_id=relationship.id,
            person_id=person.id,
            version=person.version,
        )
    )


def change_details(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, details: Details, now: datetime
) -> Person:
    """Change how a person is called and addressed."""
    person = work.get(Person, clinic_id, person_id)
    _describe(work, person, details)
    tell_member(work, person, now)
    return person


def import_details(
    work: UnitOfWork, *, person: Person, details: Details, contact: Contact, now: datetime
) -> None:
    """Change what a file says about a person; a new address must be confirmed with them alone."""
    card = work.get(ContactCard, person.clinic_id, person.id)
    before = queries.contact_of(work, card)
    together = [one.id for one in queries.episodes_of(work, person.id)]
    _describe(work, person, details)
    if before.email != contact.email:
        contact = replace(contact, private=False, checked=contact.checked - {Means.EMAIL})
        card.confirmed_on = card.confirmed_by = None
    write_card(work, card, contact, together, now=now)
    tell_member(work, person, now)


def _describe(work: UnitOfWork, person: Person, details: Details) -> None:
    pronouns = (details.pronouns or "").strip() or None
    work.seal(person, name=details.name.strip(), pronouns=pronouns)
    person.language, person.zone = details.language, details.zone
