"""A request is taken down, decided by the treating clinician, called off, or settled."""

from datetime import datetime
from uuid import UUID

from services.intake.consent import usecases as consent
from services.intake.consent.domain import Pause
from services.intake.people import queries as people
from services.intake.people.domain import Erased
from services.intake.people.models import Person
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
    return work.add(
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
            quiet_until=domain.quiet_until(
                kind, queries.rule_of(work, relationship.clinic_id), now
            ),
        )
    )


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
    elif row.kind is Kind.LIMIT:
        _limit(work, row, now)
    elif row.kind is Kind.ERASURE:
        carry_out(work, row, person, now)
    return row


def call_off(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, request_id: UUID, now: datetime
) -> None:
    """End a request at the person's word, before it is decided; nothing has happened.

    Raises NotFound, MovedOn.
    """
    relationship, person = people.member(work, relationship_id, person_id)
    row = queries.request_of(work, relationship, person.id, request_id, locked=True)
    row.state = domain.after_calling_off(row.state)
    _end(work, row, now)
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


def _end(work: UnitOfWork, row: RightsRequest, now: datetime) -> None:
    row.ended_at, row.ended_by = now, work.actor.id


def _lock(work: UnitOfWork, person: Person) -> None:
    work.session.refresh(person, with_for_update=True)
