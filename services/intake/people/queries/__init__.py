"""What is known about people: lists, one relationship, one person, and what is still missing."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from services.intake.directory.models import Clinic
from services.intake.people import domain
from services.intake.people.domain import Details
from services.intake.people.models import ContactCard, Member, Person, Relationship
from services.intake.people.queries.cards import (
    address_hash,
    can_be_confirmed,
    cards_of,
    contact_of,
    day_at,
    is_shared,
    keyed_hash,
    phone_hash,
    someone_else_has,
    still_missing,
    today_at,
    too_old_on,
)
from shared.auth.actors import Door, Role
from shared.consent.languages import spoken_to
from shared.contracts.words import RelationshipState
from shared.errors import NotFound
from shared.store import UnitOfWork

PAGE = 50
MOST_PAGES = 100_000

__all__ = [
    "PAGE",
    "MemberFacts",
    "RelationshipFacts",
    "address_hash",
    "can_be_confirmed",
    "cards_of",
    "contact_of",
    "day_at",
    "details_of",
    "episodes_of",
    "everyone_in",
    "existing",
    "facts_of",
    "is_shared",
    "is_treating",
    "keyed_hash",
    "known_people",
    "member",
    "memberships_of",
    "phone_hash",
    "present_in",
    "relationship",
    "relationships",
    "someone_else_has",
    "still_missing",
    "today_at",
    "too_old_on",
]


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """One member as staff see them, opened from their seals; their contact card stays closed."""

    person_id: UUID
    details: Details
    confirmed_on: date | None
    joined_at: datetime
    active: bool
    erased: bool
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
    membership(work, found.id, person_id)
    return found, work.get(Person, found.clinic_id, person_id)


def membership(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Member:
    """Return a person's part in a relationship; raises NotFound."""
    query = select(Member).where(
        Member.relationship_id == relationship_id, Member.person_id == person_id
    )
    found = work.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def relationships(
    work: UnitOfWork, *, page: int = 1, states: Collection[RelationshipState] = ()
) -> tuple[Sequence[Relationship], int]:
    """Return one page of those that the actor may see, newest first, and how many there are.

    ``states``: none means all.
    """
    query = _visible(work)
    if states:
        query = query.where(Relationship.state.in_(states))
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
    clinics = {clinic.id: clinic for clinic in work.session.scalars(select(Clinic))}
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
                _facts(work, row, person, cards.get(person.id), clinics[one.clinic_id], now)
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
    """Say whether who a person was is gone for good, by their wish or with their key."""
    gone = person.name is not None and work.open(person, "name") is None
    return person.erased_at is not None or gone


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


def memberships_of(work: UnitOfWork, person_id: UUID) -> Sequence[Member]:
    """Return every part that a person has, or had, in a relationship."""
    query = select(Member).where(Member.person_id == person_id).order_by(Member.relationship_id)
    return work.session.scalars(query).all()


def known_people(work: UnitOfWork, *, besides: Relationship) -> list[tuple[UUID, str]]:
    """Return (id, name) of those whom the actor may see and who are not in a relationship yet."""
    seen = _visible(work).with_only_columns(Relationship.id)
    query = (
        select(Person)
        .join(Member, (Member.clinic_id == Person.clinic_id) & (Member.person_id == Person.id))
        .where(
            Person.clinic_id == besides.clinic_id,
            Member.relationship_id.in_(seen),
            Member.left_at.is_(None),
            Person.id.not_in(everyone_in(work, besides.id)),
        )
    )
    found = {one.id: details_of(work, one).name for one in work.session.scalars(query)}
    return sorted(found.items(), key=lambda pair: (pair[1].casefold(), str(pair[0])))


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


def existing(
    work: UnitOfWork, references: Collection[tuple[UUID, UUID]]
) -> list[tuple[Person, ContactCard | None]]:
    """Return those of these (clinic, person) pairs that are known, with their cards."""
    query = select(Person).where(tuple_(Person.clinic_id, Person.id).in_(references))
    people = work.session.scalars(query).all()
    cards = cards_of(work, [person.id for person in people])
    return [(person, cards.get(person.id)) for person in people]


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
    work: UnitOfWork,
    row: Member,
    person: Person,
    card: ContactCard | None,
    clinic: Clinic,
    now: datetime,
) -> MemberFacts:
    return MemberFacts(
        person_id=person.id,
        details=details_of(work, person),
        confirmed_on=card.confirmed_on if card else None,
        joined_at=row.joined_at,
        active=row.left_at is None,
        erased=person.erased_at is not None,
        missing=() if person.erased_at else _missing(person, card, clinic, now),
    )


def _missing(
    person: Person, card: ContactCard | None, clinic: Clinic, now: datetime
) -> tuple[str, ...]:
    unspoken = [] if spoken_to(person.language) else [domain.UNSPOKEN]
    return (*still_missing(card, clinic, person.zone, now), *unspoken)
