"""A request is taken down, decided by the treating clinician, called off, or settled."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.intake.consent import usecases as consent
from services.intake.consent.domain import Pause
from services.intake.people import queries as people
from services.intake.people.domain import Erased
from services.intake.people.models import Person, Relationship
from services.intake.rights import domain, queries
from services.intake.rights.domain import Came, Kind, Rule, State
from services.intake.rights.models import RightsRequest, RightsRule
from services.intake.rights.usecases.erasing import carry_out
from shared.audit.entries import Act
from shared.errors import NotFound
from shared.store import UnitOfWork


def take_down(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    kind: Kind,
    came: Came,
    alone: bool,
    now: datetime,
) -> RightsRequest:
    """Take down what a person asks for, with them present and alone. Nothing else happens yet.

    Raises NotAlone, AskedAlready, Erased, and NotFound for staff to whom they do not belong.
    """
    relationship, person = people.member(work, relationship_id, person_id)
    _lock(work, person)
    if work.actor.id is None:
        raise NotFound
    if not alone:
        raise domain.NotAlone
    if person.erased_at is not None:
        raise Erased
    if queries.is_open(work, relationship, person, kind):
        raise domain.AskedAlready
    queries.note(work, Act.WROTE, person)
    quiet_until = domain.quiet_until(kind, queries.rule_of(work, relationship.clinic_id), now)
    row = work.add(
        RightsRequest(
            clinic_id=relationship.clinic_id,
            id=work.new_id(),
            relationship_id=relationship.id,
            person_id=person.id,
            kind=kind,
            came=came,
            state=State.WAITING,
            taken_at=now,
            taken_by=work.actor.id,
            quiet_until=quiet_until,
        )
    )
    if kind is Kind.ERASURE:
        _ask_the_others(work, row, relationship, person)
    return row


def review(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    request_id: UUID,
    grants: bool | None,
    reason: str,
    now: datetime,
) -> RightsRequest:
    """Keep what the treating clinician decides, and let what was asked for begin.

    Raises NotFound for anyone else, MovedOn, DecisionMissing, ReasonMissing, StillQuiet.
    """
    relationship, person = queries.treated(work, relationship_id, person_id)
    _lock(work, person)
    row = queries.request_of(work, relationship, person.id, request_id, locked=True)
    row.state = domain.after_review(
        row.state, grants=grants, reason=reason, quiet=row.quiet_until, now=now
    )
    row.reviewed_at, row.reviewed_by = now, work.actor.id
    work.seal(row, reason=reason.strip()[: domain.LONGEST_REASON])
    work.session.flush()
    if row.state is State.REFUSED:
        _end(work, row, now)
        _end_the_others(work, row, now, domain.after_another_no)
    elif row.kind is Kind.LIMIT:
        _limit(work, row, now)
    elif row.kind is Kind.ERASURE:
        _ask_the_others(work, row, relationship, person)
        if all(one.state is State.GRANTED for one in queries.same_wish(work, row)):
            carry_out(work, row, person, now)
    return row


def call_off(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, request_id: UUID, now: datetime
) -> None:
    """End a request at the person's word, before anything has happened, whoever is to decide it.

    Raises NotFound, MovedOn.
    """
    relationship, person = people.member(work, relationship_id, person_id)
    _lock(work, person)
    row = queries.request_of(work, relationship, person.id, request_id, locked=True)
    row.state = domain.after_calling_off(row.state, begun=queries.has_begun(work, row))
    _end(work, row, now)
    _end_the_others(work, row, now, lambda _state: State.CALLED_OFF)
    queries.note(work, Act.WROTE, person)


def lift(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, request_id: UUID, now: datetime
) -> None:
    """End a limit: the person may be asked again. Nothing comes back by itself.

    Raises NotFound for anyone but the treating clinician, MovedOn.
    """
    relationship, person = queries.treated(work, relationship_id, person_id)
    row = queries.request_of(
        work, relationship, person.id, request_id, kind=Kind.LIMIT, locked=True
    )
    row.state = domain.after_settling(row.state)
    _end(work, row, now)
    consent.settle_pause(
        work, relationship_id=relationship.id, person_id=person.id, request_id=row.id, now=now
    )
    queries.note(work, Act.WROTE, person)


def close_copy(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, request_id: UUID, now: datetime
) -> None:
    """Keep that the person has their copy; it is not given out again under this request.

    Raises NotFound for anyone but the treating clinician, MovedOn.
    """
    relationship, person = queries.treated(work, relationship_id, person_id)
    row = queries.request_of(
        work, relationship, person.id, request_id, kind=Kind.ACCESS, locked=True
    )
    row.state = domain.after_settling(row.state)
    _end(work, row, now)


def change_rule(work: UnitOfWork, *, clinic_id: UUID, rule: Rule, now: datetime) -> None:
    """Set how many quiet days there are, and what is said of the record of care."""
    row = work.session.get(RightsRule, (clinic_id, clinic_id))
    row = row or RightsRule(clinic_id=clinic_id, id=clinic_id)
    row.pause_days, row.keeps = rule.pause_days, rule.keeps
    row.set_by, row.set_at = work.actor.id, now
    work.add(row)
    work.note(Act.SET_UP, clinic_id=clinic_id, what=RightsRule.__tablename__)


def _limit(work: UnitOfWork, row: RightsRequest, now: datetime) -> None:
    consent.pause(
        work,
        relationship_id=row.relationship_id,
        person_id=row.person_id,
        why=Pause.ASKED,
        request_id=row.id,
        now=now,
    )


def _ask_the_others(
    work: UnitOfWork, row: RightsRequest, relationship: Relationship, person: Person
) -> None:
    """Lay an erasure before everyone else who treats the person, each in their own relationship.

    It would take their part too; whoever treats them since it was taken down is asked as well.
    """
    asked = {one.relationship_id for one in queries.same_wish(work, row)}
    decided_by = {work.get(Relationship, row.clinic_id, one).clinician_id for one in asked}
    for clinician_id, other in queries.others_treating(work, relationship, person).items():
        if clinician_id not in decided_by:
            work.add(
                RightsRequest(
                    clinic_id=row.clinic_id,
                    id=work.new_id(),
                    relationship_id=other,
                    person_id=row.person_id,
                    kind=row.kind,
                    came=row.came,
                    state=State.WAITING,
                    taken_at=row.taken_at,
                    taken_by=row.taken_by,
                    quiet_until=row.quiet_until,
                )
            )
    work.session.flush()


def _end_the_others(
    work: UnitOfWork, row: RightsRequest, now: datetime, after: Callable[[State], State]
) -> None:
    """Let what else is open of one wish end with it."""
    for other in queries.same_wish(work, row):
        other.state = after(other.state)
        _end(work, other, now)


def _end(work: UnitOfWork, row: RightsRequest, now: datetime) -> None:
    row.ended_at, row.ended_by = now, work.actor.id


def _lock(work: UnitOfWork, person: Person) -> None:
    work.session.refresh(person, with_for_update=True)
