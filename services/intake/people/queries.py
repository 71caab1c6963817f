"""What is known about people: lists, one relationship, one person, and what is still missing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hmac import digest
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, tuple_

from services.intake.directory.models import Clinic
from services.intake.people import domain
from services.intake.people.domain import Contact, Details
from services.intake.people.models import ContactCard, Member, Person, Relationship
from shared.auth.actors import Door, Role
from shared.contracts.words import RelationshipState
from shared.errors import NotFound
from shared.store import UnitOfWork

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """One member as staff see them, opened from their seals; their contact card stays closed."""

    person_id: UUID
    details: Details
    confirmed_on: date | None
    joined_at: datetime
    active: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RelationshipFacts:
    """One relationship as staff see it, its members in no order of importance."""

    id: UUID
    clinic_id: UUID
    clinician_id: UUID
    label: str | None
    state: RelationshipState
    opened_at: datetime
    closed_at: datetime | None
    members: tuple[MemberFacts, ...]


def relationship(work: UnitOfWork, relationship_id: UUID, *, lock: bool = False) -> Relationship:
    """Return a relationship that the actor may see; raises NotFound for any other."""
    query = _visible(work).where(Relationship.id == relationship_id)
    found = work.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def is_treating(work: UnitOfWork, found: Relationship) -> bool:
    """Say whether the actor is the clinician who treats this relationship."""
    actor = work.actor
    return actor.role is Role.CLINICIAN and actor.id == found.clinician_id


def member(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> tuple[Relationship, Person]:
    """Return a relationship that the actor may see and one of its members; raises NotFound."""
    found = relationship(work, relationship_id)
    query = select(Member).where(Member.relationship_id == found.id, Member.person_id == person_id)
    if work.session.scalar(query) is None:
        raise NotFound
    return found, work.get(Person, found.clinic_id, person_id)


def relationships(
    work: UnitOfWork, *, page: int = 1, state: RelationshipState | None = None
) -> tuple[Sequence[Relationship], int]:
    """Return one page of those that the actor may see, newest first, and how many there are."""
    query = _visible(work)
    if state is not None:
        query = query.where(Relationship.state == state)
    count = work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(Relationship.opened_at.desc(), Relationship.id.desc())
    rows = work.session.scalars(newest.limit(PAGE).offset((page - 1) * PAGE)).all()
    return rows, count


def facts_of(
    work: UnitOfWork, found: Sequence[Relationship], *, now: datetime
) -> list[RelationshipFacts]:
    """Return relationships with their members, opened from their seals."""
    members = _members_of(work, [one.id for one in found])
    people = [person for rows in members.values() for _, person in rows]
    cards = cards_of(work, [person.id for person in people])
    today = {clinic.id: _today(clinic, now) for clinic in work.session.scalars(select(Clinic))}
    return [
        RelationshipFacts(
            id=one.id,
            clinic_id=one.clinic_id,
            clinician_id=one.clinician_id,
            label=work.open(one, "label"),
            state=one.state,
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            members=tuple(
                _facts(work, row, person, cards.get(person.id), today[one.clinic_id])
                for row, person in members[one.id]
            ),
        )
        for one in found
    ]


def details_of(work: UnitOfWork, person: Person) -> Details:
    """Return how a person is called and addressed."""
    return Details(
        name=work.open(person, "name") or domain.UNNAMED,
        pronouns=work.open(person, "pronouns"),
        language=person.language,
        zone=person.zone,
    )


def is_erased(work: UnitOfWork, person: Person) -> bool:
    """Say whether what was known of a person was erased for good."""
    return person.name is not None and work.open(person, "name") is None


def contact_of(work: UnitOfWork, card: ContactCard | None) -> Contact:
    """Return how a person may be reached; nothing where there is no card."""
    if card is None:
        return Contact()
    return Contact(
        email=work.open(card, "email"),
        private=card.private,
        windows=domain.windows_of(work.open(card, "windows") or []),
    )


def cards_of(work: UnitOfWork, people: Collection[UUID]) -> dict[UUID, ContactCard]:
    """Return the contact cards of people, by person."""
    found = work.session.scalars(select(ContactCard).where(ContactCard.id.in_(people)))
    return {card.id: card for card in found}


def episodes_of(work: UnitOfWork, person_id: UUID) -> Sequence[Relationship]:
    """Return every relationship to which a person belongs or belonged."""
    query = (
        select(Relationship)
        .join(
            Member,
            (Member.clinic_id == Relationship.clinic_id)
            & (Member.relationship_id == Relationship.id),
        )
        .where(Member.person_id == person_id)
        .order_by(Relationship.id)
    )
    return work.session.scalars(query).all()


def everyone_in(work: UnitOfWork, relationship_id: UUID) -> frozenset[UUID]:
    """Return the people who belong or ever belonged to a relationship."""
    query = select(Member.person_id).where(Member.relationship_id == relationship_id)
    return frozenset(work.session.scalars(query))


def present_in(work: UnitOfWork, relationship_id: UUID) -> frozenset[UUID]:
    """Return the people who belong to a relationship now."""
    query = select(Member.person_id).where(
        Member.relationship_id == relationship_id, Member.left_at.is_(None)
    )
    return frozenset(work.session.scalars(query))


def address_hash(work: UnitOfWork, clinic_id: UUID, email: str) -> bytes:
    """Return the hash by which addresses of one clinic are compared."""
    return keyed_hash(work, clinic_id, f"address:{domain.same_address(email)}")


def keyed_hash(work: UnitOfWork, clinic_id: UUID, text: str) -> bytes:
    """Return the hash of a text under a clinic's own secret."""
    pepper = str(work.open(work.get(Clinic, clinic_id, clinic_id), "pepper"))
    return digest(bytes.fromhex(pepper), text.encode(), "sha256")


def shares_address(
    work: UnitOfWork, *, address: bytes, relationships: Iterable[UUID], besides: UUID
) -> bool:
    """Say whether someone else in one of these relationships has this address."""
    query = (
        select(func.count())
        .select_from(ContactCard)
        .join(
            Member,
            (Member.clinic_id == ContactCard.clinic_id) & (Member.person_id == ContactCard.id),
        )
        .where(
            Member.relationship_id.in_(list(relationships)),
            ContactCard.address_hash == address,
            ContactCard.id != besides,
        )
    )
    return bool(work.session.scalar(query))


def existing(
    work: UnitOfWork, references: Collection[tuple[UUID, UUID]]
) -> list[tuple[Person, ContactCard | None]]:
    """Return those of these (clinic, person) pairs that are known, with their cards."""
    query = select(Person).where(tuple_(Person.clinic_id, Person.id).in_(references))
    people = work.session.scalars(query).all()
    cards = cards_of(work, [person.id for person in people])
    return [(person, cards.get(person.id)) for person in people]


def today_at(work: UnitOfWork, clinic_id: UUID, now: datetime) -> date:
    """Return which day it is where a clinic is."""
    return _today(work.get(Clinic, clinic_id, clinic_id), now)


def _visible(work: UnitOfWork) -> Select[Relationship]:
    query = select(Relationship)
    if work.actor.door is Door.STAFF and work.actor.role is Role.CLINICIAN:
        return query.where(Relationship.clinician_id == work.actor.id)
    return query


def _members_of(
    work: UnitOfWork, relationships: Collection[UUID]
) -> dict[UUID, list[tuple[Member, Person]]]:
    query = (
        select(Member, Person)
        .join(Person, (Person.clinic_id == Member.clinic_id) & (Person.id == Member.person_id))
        .where(Member.relationship_id.in_(relationships))
        .order_by(Member.joined_at, Member.person_id)
    )
    found: dict[UUID, list[tuple[Member, Person]]] = defaultdict(list)
    for row, person in work.session.execute(query):
        found[row.relationship_id].append((row, person))
    return found


def _facts(
    work: UnitOfWork, row: Member, person: Person, card: ContactCard | None, today: date
) -> MemberFacts:
    return MemberFacts(
        person_id=person.id,
        details=details_of(work, person),
        confirmed_on=card.confirmed_on if card else None,
        joined_at=row.joined_at,
        active=row.left_at is None,
        missing=tuple(_missing(card, today)),
    )


def _missing(card: ContactCard | None, today: date) -> list[str]:
    """Return what a card lacks, without opening it."""
    return domain.still_missing(
        address=card is not None and card.email is not None,
        private=card is not None and card.private,
        hours=card is not None and card.windows is not None,
        confirmed_on=card.confirmed_on if card else None,
        today=today,
    )


def _today(clinic: Clinic, now: datetime) -> date:
    return now.astimezone(ZoneInfo(clinic.zone)).date()
