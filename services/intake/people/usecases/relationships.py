"""Relationships open, gain members, change and close."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from services.intake.directory import queries as directory
from services.intake.directory.domain import Posting
from services.intake.people import domain, queries
from services.intake.people.domain import NewMember
from services.intake.people.models import ContactCard, Contribution, Person, Relationship
from services.intake.people.usecases.cards import check_apart
from services.intake.people.usecases.contributions import settle_contribution
from services.intake.people.usecases.members import AtJoining, belong, join, nothing_more
from shared.auth.actors import Role
from shared.contracts.intake import RelationshipChanged, RelationshipOpened
from shared.contracts.words import RelationshipState
from shared.errors import NotFound
from shared.store import UnitOfWork

RandomId = Callable[[], UUID]


def open_relationship(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    clinician_id: UUID,
    members: Sequence[NewMember],
    now: datetime,
    label: str | None = None,
    key: bytes | None = None,
    spoken_alone: bool = False,
    random_id: RandomId = uuid4,
    and_then: AtJoining = nothing_more,
) -> Relationship:
    """Open a relationship with its first members, and tell the other services.

    ``spoken_alone``: staff spoke with each member alone about their contact card. ``and_then``: as
    in ``join``.
    Raises MembersMissing, TooManyMembers, AddressShared, NumberShared, NotAClinicianHere.
    """
    domain.check_members(len(members))
    domain.check_apart([member.contact for member in members])
    check_clinician(work, clinic_id, clinician_id)
    relationship = Relationship(
        clinic_id=clinic_id,
        id=work.new_id(),
        episode_id=random_id(),
        clinician_id=clinician_id,
        opened_at=now,
        external_key=key,
    )
    work.seal(relationship, label=domain.check_label(label))
    work.add(relationship)
    work.add(
        Contribution(
            clinic_id=clinic_id, id=relationship.id, episode_id=relationship.episode_id, revision=0
        )
    )
    work.record(
        RelationshipOpened(
            clinic_id=clinic_id,
            occurred_at=now,
            relationship_id=relationship.id,
            episode_id=relationship.episode_id,
            clinician_id=clinician_id,
        )
    )
    for member in members:
        join(
            work,
            relationship=relationship,
            member=member,
            spoken_alone=spoken_alone,
            alone=True,
            now=now,
            and_then=and_then,
        )
    return relationship


def add_member(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    member: NewMember,
    now: datetime,
    spoken_alone: bool = False,
    and_then: AtJoining = nothing_more,
) -> Person:
    """Let one more person join; the episode is not counted until everyone permits it again."""
    relationship = _open_to_one_more(work, relationship_id)
    person = join(
        work,
        relationship=relationship,
        member=member,
        spoken_alone=spoken_alone,
        and_then=and_then,
        now=now,
    )
    settle_contribution(work, relationship=relationship, permitted_until=None, now=now)
    return person


def add_known_member(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, now: datetime
) -> Person:
    """Let someone join whom the actor knows from another relationship; neither shows the other.

    Raises NotFound, AlreadyMember, AddressShared, NumberShared, and what ``add_member`` raises.
    """
    relationship = _open_to_one_more(work, relationship_id)
    if person_id in queries.everyone_in(work, relationship_id):
        raise domain.AlreadyMember
    if person_id not in dict(queries.known_people(work, besides=relationship)):
        raise NotFound
    person = work.get(Person, relationship.clinic_id, person_id)
    card = work.get(ContactCard, relationship.clinic_id, person_id)
    check_apart(
        work,
        person_id,
        address=card.address_hash,
        phone=card.phone_hash,
        relationships=[relationship_id],
    )
    belong(work, relationship=relationship, person=person, now=now)
    settle_contribution(work, relationship=relationship, permitted_until=None, now=now)
    return person


def change_relationship(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    clinician_id: UUID,
    label: str | None,
    now: datetime,
) -> Relationship:
    """Change a relationship's label, or which clinician sees it."""
    relationship = queries.relationship(work, relationship_id, lock=True)
    _check_open(relationship)
    check_clinician(work, relationship.clinic_id, clinician_id)
    work.seal(relationship, label=domain.check_label(label))
    relationship.clinician_id = clinician_id
    _tell(work, relationship, now)
    return relationship


def close_relationship(work: UnitOfWork, *, relationship_id: UUID, now: datetime) -> Relationship:
    """Close a relationship; what was recorded stays. Raises AlreadyClosed."""
    relationship = queries.relationship(work, relationship_id, lock=True)
    _check_open(relationship)
    relationship.state, relationship.closed_at = RelationshipState.CLOSED, now
    _tell(work, relationship, now)
    return relationship


def set_apart(work: UnitOfWork, *, relationship_id: UUID, now: datetime) -> Relationship:
    """Let each member's care go on by itself; nothing is joint from now on.

    Raises AlreadyClosed, AlreadyApart.
    """
    relationship = queries.relationship(work, relationship_id, lock=True)
    _check_open(relationship)
    if relationship.state is RelationshipState.APART:
        raise domain.AlreadyApart
    relationship.state = RelationshipState.APART
    _tell(work, relationship, now)
    return relationship


def check_clinician(work: UnitOfWork, clinic_id: UUID, clinician_id: UUID) -> None:
    """Raise NotAClinicianHere unless this is a clinician of the clinic, and the clinic ours."""
    ours, posting = clinic_id in work.clinics, Posting(Role.CLINICIAN, clinic_id)
    if not ours or not directory.works_as(work, clinician_id, posting):
        raise domain.NotAClinicianHere


def _open_to_one_more(work: UnitOfWork, relationship_id: UUID) -> Relationship:
    relationship = queries.relationship(work, relationship_id, lock=True)
    _check_open(relationship)
    if relationship.state is RelationshipState.APART:
        raise domain.AlreadyApart
    domain.check_members(len(queries.everyone_in(work, relationship.id)) + 1)
    return relationship


def _tell(work: UnitOfWork, relationship: Relationship, now: datetime) -> None:
    relationship.version += 1
    work.record(
        RelationshipChanged(
            clinic_id=relationship.clinic_id,
            occurred_at=now,
            relationship_id=relationship.id,
            clinician_id=relationship.clinician_id,
            state=relationship.state,
            version=relationship.version,
        )
    )


def _check_open(relationship: Relationship) -> None:
    if relationship.state is RelationshipState.CLOSED:
        raise domain.AlreadyClosed
