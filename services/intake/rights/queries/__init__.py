"""What was asked for, where it stands, and what each service answered."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from services.intake.rights import domain
from services.intake.rights.domain import Kind, Rule, Service, State
from services.intake.rights.models import RightsReceipt, RightsRequest, RightsRule
from shared.audit.entries import Act, kind_of
from shared.auth.actors import Role
from shared.errors import NotFound
from shared.labels import Scope
from shared.spoken import Spoken, speaks, spoken, spoken_for
from shared.store import UnitOfWork

WORDS = Path(__file__).parents[1] / "words"
OTHERWISE = "en"
"""The language of what someone is given where there are no words in theirs: they still get it."""


def words_for(language: str) -> Spoken:
    """Return the words of what a person is given, in their language where there are any."""
    return spoken_for(WORDS, language) if speaks(WORDS, language) else spoken(WORDS)[OTHERWISE]


def treated(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[Relationship, Person]:
    """Return a relationship and its member to whoever treats them; NotFound for anyone else."""
    relationship, person = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotFound
    return relationship, person


def requests_of(work: UnitOfWork, person: Person) -> Sequence[RightsRequest]:
    """Return what a person asked for, the latest first."""
    return work.session.scalars(
        select(RightsRequest)
        .where(RightsRequest.clinic_id == person.clinic_id, RightsRequest.person_id == person.id)
        .order_by(RightsRequest.taken_at.desc(), RightsRequest.id.desc())
    ).all()


def request_of(
    work: UnitOfWork,
    relationship: Relationship,
    person_id: UUID,
    request_id: UUID,
    *,
    kind: Kind | None = None,
    locked: bool = False,
) -> RightsRequest:
    """Return a request that was taken down for this person here. Raises NotFound."""
    row = work.session.get(
        RightsRequest, (relationship.clinic_id, request_id), with_for_update=locked
    )
    if row is None or (row.relationship_id, row.person_id) != (relationship.id, person_id):
        raise NotFound
    if kind is not None and row.kind is not kind:
        raise NotFound
    return row


def is_open(work: UnitOfWork, relationship: Relationship, person: Person, kind: Kind) -> bool:
    """Say whether a person has asked for this and it is not settled yet.

    A copy is of one relationship; the other kinds concern the person wherever they are in care.
    """
    return any(
        one.kind is kind and (kind is not Kind.ACCESS or one.relationship_id == relationship.id)
        for one in standing(work, person)
    )


def standing(work: UnitOfWork, person: Person) -> list[RightsRequest]:
    """Return what a person asked for and is not settled yet."""
    return [one for one in requests_of(work, person) if one.state in domain.OPEN]


def others_treating(
    work: UnitOfWork, relationship: Relationship, person: Person
) -> dict[UUID, UUID]:
    """Return who else treats a person now, each with the first relationship in which they do."""
    found: dict[UUID, UUID] = {}
    parts = people.memberships_of(work, person.id)
    present = {one.relationship_id for one in parts if one.left_at is None}
    for other in people.episodes_of(work, person.id):
        if other.id in present and other.state.in_care:
            found.setdefault(other.clinician_id, other.id)
    found.pop(relationship.clinician_id, None)
    return found


def same_wish(work: UnitOfWork, row: RightsRequest) -> list[RightsRequest]:
    """Return what else is open of one wish that several clinicians decide, each for their own."""
    person = work.get(Person, row.clinic_id, row.person_id)
    others = (one for one in standing(work, person) if one.id != row.id)
    return [one for one in others if one.kind is row.kind is Kind.ERASURE]


def has_begun(work: UnitOfWork, row: RightsRequest) -> bool:
    """Say whether what was granted is being done: an erasure waits for everyone who treats them."""
    if row.kind is not Kind.ERASURE:
        return row.state is not State.WAITING
    return bool(receipts_of(work, row)) or row.state is State.SETTLED


def waiting(work: UnitOfWork) -> Sequence[RightsRequest]:
    """Return the requests that wait for the acting clinician, the oldest first."""
    mine = (Relationship.clinic_id == RightsRequest.clinic_id) & (
        Relationship.id == RightsRequest.relationship_id
    )
    return work.session.scalars(
        select(RightsRequest)
        .join(Relationship, mine)
        .where(
            Relationship.clinician_id == work.actor.id,
            RightsRequest.state == State.WAITING,
        )
        .order_by(RightsRequest.taken_at, RightsRequest.id)
    ).all()


def number_waiting(work: UnitOfWork) -> int:
    """Return how many requests wait for the actor; none for whoever treats nobody."""
    return len(waiting(work)) if work.actor.role is Role.CLINICIAN else 0


def receipts_of(work: UnitOfWork, request: RightsRequest) -> Sequence[RightsReceipt]:
    """Return what each service answered or has yet to answer, in the order of services."""
    rows = work.session.scalars(
        select(RightsReceipt).where(
            RightsReceipt.clinic_id == request.clinic_id, RightsReceipt.request_id == request.id
        )
    )
    order = list(Service)
    return sorted(rows, key=lambda row: (order.index(row.service), str(row.errand_id)))


def receipt(
    work: UnitOfWork, *, clinic_id: UUID, errand_id: UUID, service: Service
) -> RightsReceipt | None:
    """Return what a service is to answer an errand by, locked."""
    query = select(RightsReceipt).where(
        RightsReceipt.clinic_id == clinic_id,
        RightsReceipt.errand_id == errand_id,
        RightsReceipt.service == service,
    )
    return work.session.scalar(query.with_for_update())


def rule_of(work: UnitOfWork, clinic_id: UUID) -> Rule:
    """Return a clinic's rule; the strictest that everybody starts with where it set none."""
    row = work.session.get(RightsRule, (clinic_id, clinic_id))
    return Rule() if row is None else Rule(pause_days=row.pause_days, keeps=row.keeps)


def note(work: UnitOfWork, act: Act, person: Person) -> None:
    """Put into the audit trail what was done about someone's request."""
    work.note(
        act,
        clinic_id=person.clinic_id,
        subject_id=person.id,
        kind=kind_of(Scope.PERSON),
        what=RightsRequest.__tablename__,
    )
