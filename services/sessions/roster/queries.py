"""Who is in care with whom, and what was received from them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.sessions.roster import domain
from services.sessions.roster.models import (
    Availability,
    Clinic,
    Delivery,
    ErasedPerson,
    Form,
    Membership,
    Person,
    Relationship,
)
from shared import erasure
from shared.contracts.words import IN_CARE, RelationshipState
from shared.errors import NotFound
from shared.store import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member of a relationship, by their chosen name; whether they were met on their own.

    ``available``: whether anything that rests on their permission may begin or go on.
    """

    person_id: UUID
    name: str
    pronouns: str
    active: bool
    met: bool
    available: bool


@dataclass(frozen=True, kw_only=True)
class Together:
    """A relationship with its members, in the order of joining."""

    clinic_id: UUID
    relationship_id: UUID
    clinician_id: UUID
    state: RelationshipState
    opened_at: datetime
    members: Sequence[Member]

    @property
    def title(self) -> str:
        """The members' names as people say them."""
        return domain.named_together([member.name for member in self.present])

    @property
    def present(self) -> Sequence[Member]:
        """The members who belong to it now."""
        return [member for member in self.members if member.active]

    @property
    def not_met(self) -> Sequence[Member]:
        """The members whom the clinician has yet to meet on their own."""
        return [member for member in self.present if not member.met]

    @property
    def all_available(self) -> bool:
        """Whether nothing was put aside for any member who belongs to it now."""
        return all(member.available for member in self.present)

    def member(self, person_id: UUID) -> Member:
        """Return one member, or refuse with NotFound."""
        for member in self.members:
            if member.person_id == person_id:
                return member
        raise NotFound


def treated(work: UnitOfWork, relationship_id: UUID) -> Together:
    """Return a relationship that the acting clinician treats; NotFound for everybody else."""
    found = relationship(work, relationship_id)
    if found.clinician_id != work.actor.id:
        raise NotFound
    return found


def relationship(work: UnitOfWork, relationship_id: UUID) -> Together:
    """Return a relationship of this work's clinics, whoever asks. Raises NotFound."""
    row = work.session.scalar(select(Relationship).where(Relationship.id == relationship_id))
    if row is None:
        raise NotFound
    return _with_members(work, [row])[0]


def treated_by(work: UnitOfWork, clinician_id: UUID) -> list[Together]:
    """Return the relationships that a clinician treats now, by name and by nothing else."""
    rows = work.session.scalars(
        select(Relationship).where(
            Relationship.clinician_id == clinician_id,
            Relationship.state.in_(IN_CARE),
        )
    ).all()
    return sorted(_with_members(work, rows), key=lambda found: found.title.casefold())


def clinic(work: UnitOfWork, clinic_id: UUID) -> Clinic | None:
    """Return a clinic, or None where nothing was told of it yet."""
    return work.session.get(Clinic, (clinic_id, clinic_id))


def names_of_clinics(work: UnitOfWork) -> dict[UUID, str]:
    """Return what this work's clinics are called."""
    return {row.id: row.name for row in work.session.scalars(select(Clinic))}


def zone_of(work: UnitOfWork, clinic_id: UUID) -> str:
    """Return the IANA zone of a clinic."""
    found = clinic(work, clinic_id)
    return found.zone if found else "UTC"


def available(work: UnitOfWork, relationship_id: UUID) -> bool:
    """Return what reminders last told of a relationship; true where it never held anything back.

    Only worth something together with a proof that all it told was read (shared/events/freshness).
    """
    row = work.session.scalar(select(Availability).where(Availability.id == relationship_id))
    return row is None or row.available


def forms_of(
    work: UnitOfWork, relationship_id: UUID, *, person_id: UUID | None = None
) -> Sequence[Form]:
    """Return the forms received for a relationship, oldest first; those of one person if named."""
    wanted = select(Form).where(Form.relationship_id == relationship_id)
    if person_id is not None:
        wanted = wanted.where(Form.person_id == person_id)
    return work.session.scalars(wanted.order_by(Form.received_at, Form.id)).all()


def deliveries_of(work: UnitOfWork, relationship_id: UUID) -> Sequence[Delivery]:
    """Return how prompts to a relationship's members were settled, oldest first."""
    wanted = select(Delivery).where(Delivery.relationship_id == relationship_id)
    return work.session.scalars(wanted.order_by(Delivery.settled_at, Delivery.id)).all()


def is_erased(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> bool:
    """Say whether a person was erased here."""
    return erasure.is_erased(work, ErasedPerson, clinic_id, person_id)


def language_of(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> str:
    """Return the language in which a person is spoken to; empty where it is not known (yet)."""
    person = work.get(Person, clinic_id, person_id)
    return work.open(person, "language") or ""


def one_word_at_a_time(work: UnitOfWork, person_id: UUID) -> None:
    """Let nothing else be kept of what a person said before this work ends."""
    work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def relationships_of(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Sequence[UUID]:
    """Return the relationships to which a person belongs or belonged."""
    wanted = select(Membership.relationship_id).where(
        Membership.clinic_id == clinic_id, Membership.person_id == person_id
    )
    return work.session.scalars(wanted.order_by(Membership.relationship_id)).all()


def unread_forms(work: UnitOfWork, relationship_id: UUID) -> int:
    """Return how many forms of a relationship were received and not read here yet."""
    wanted = select(func.count()).select_from(Form)
    wanted = wanted.where(Form.relationship_id == relationship_id, Form.read_at.is_(None))
    return work.session.scalar(wanted) or 0


def received_since(
    work: UnitOfWork, since: Mapping[UUID, datetime], relationships: Collection[UUID]
) -> dict[UUID, tuple[int, int]]:
    """Return (check-ins, messages) of each relationship later than a moment of its own."""
    forms = select(Form.relationship_id, Form.received_at)
    messages = select(Delivery.relationship_id, Delivery.settled_at)
    return _side_by_side(
        relationships,
        _later(work, forms.where(Form.relationship_id.in_(relationships)), since),
        _later(work, messages.where(Delivery.relationship_id.in_(relationships)), since),
    )


def _later(work: UnitOfWork, wanted: Any, since: Mapping[UUID, datetime]) -> Counter[UUID]:
    rows = work.session.execute(wanted)
    return Counter(about for about, at in rows if about not in since or at > since[about])


def _side_by_side(
    relationships: Collection[UUID], one: Counter[UUID], other: Counter[UUID]
) -> dict[UUID, tuple[int, int]]:
    return {about: (one[about], other[about]) for about in relationships}


def _with_members(work: UnitOfWork, rows: Sequence[Relationship]) -> list[Together]:
    members = _members(work, [row.id for row in rows])
    return [
        Together(
            clinic_id=row.clinic_id,
            relationship_id=row.id,
            clinician_id=row.clinician_id,
            state=row.state,
            opened_at=row.opened_at,
            members=members[row.id],
        )
        for row in rows
    ]


def _members(work: UnitOfWork, relationships: Collection[UUID]) -> dict[UUID, list[Member]]:
    joined = (Person.clinic_id == Membership.clinic_id) & (Person.id == Membership.person_id)
    rows = work.session.execute(
        select(Membership, Person)
        .join(Person, joined)
        .where(Membership.relationship_id.in_(relationships))
        .order_by(Membership.joined_at, Membership.id)
    )
    members: dict[UUID, list[Member]] = defaultdict(list)
    for membership, person in rows:
        members[membership.relationship_id].append(
            Member(
                person_id=person.id,
                name=work.open(person, "name") or domain.UNNAMED,
                pronouns=work.open(person, "pronouns") or "",
                active=membership.active,
                met=membership.met,
                available=person.available,
            )
        )
    return members
