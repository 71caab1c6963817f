"""Carrying out an erasure: everything stops at once, others are told, keys are destroyed, and each
service answers.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Delete, delete, select, update

from services.intake.consent import usecases as consent
from services.intake.consent.models import ConsentPause, ConsentRequest, OpenConsentForm, Seat
from services.intake.people import queries as people
from services.intake.people import usecases as people_usecases
from services.intake.people.models import Person
from services.intake.questionnaires.models import Questionnaire
from services.intake.rights import domain, queries
from services.intake.rights.domain import Service
from services.intake.rights.models import ErasedPerson, RightsReceipt, RightsRequest
from services.intake.screening.models import TalkAlone
from shared import erasure
from shared.consent.terms import State as Said
from shared.contracts.intake import PersonErased
from shared.erasure import ErasureRow, Forgotten
from shared.errors import NotYetKnown
from shared.store import Store, UnitOfWork

REMOVED = (Questionnaire, TalkAlone, ConsentPause)
"""What is sealed for one person alone, and goes with them."""


def carry_out(work: UnitOfWork, row: RightsRequest, person: Person, now: datetime) -> None:
    """Stop and remove everything here, and ask the other services to do their part.

    What a person said to consent stays as codes and times: it shows that all of it ended.
    """
    ended = consent.end_permissions(work, person, Said.WITHDRAWN, now)
    begun = erasure.begin(
        work,
        ErasedPerson,
        clinic_id=person.clinic_id,
        person_id=person.id,
        request_id=row.id,
        forget=forget,
        now=now,
    )
    if begun is None:
        raise domain.MovedOn
    begun.stopped += ended
    _end_others(work, row, person, now)
    people_usecases.tell_gone(work, person, now)
    for service in (Service.INTAKE, Service.SESSIONS, Service.REMINDERS):
        _expect(work, row, service, row.id, now)
    for relationship in people.episodes_of(work, person.id):
        errand = _expect(work, row, Service.REPORTS, work.new_id(), now)
        people_usecases.end_contribution(work, relationship, request_id=errand.errand_id, now=now)
    work.record(
        PersonErased(
            clinic_id=person.clinic_id,
            occurred_at=now,
            person_id=person.id,
            request_id=row.id,
            confirmed_by=row.taken_by,
            approved_by=row.reviewed_by or row.taken_by,
        )
    )


def forget(work: UnitOfWork, clinic_id: UUID, person_id: UUID, now: datetime) -> Forgotten:
    """Close a person's links and seats, and remove all that is sealed for them alone."""
    person = work.get(Person, clinic_id, person_id)
    stopped = _links_closed(work, person, now) + _seats_ended(work, person, now)
    removed = sum(
        _number(work, delete(kind).where(kind.clinic_id == clinic_id, kind.person_id == person_id))
        for kind in REMOVED
    )
    for request in queries.requests_of(work, person):
        work.seal(request, reason=None)
    people_usecases.forget_person(work, person, now)
    work.session.flush()
    return Forgotten(stopped, removed)


def destroy_keys(store: Store, *, now: datetime) -> int:
    """Destroy the keys of everyone who was erased and whose keys still stand; return how many."""

    def settle(work: UnitOfWork, row: ErasureRow, keys: int) -> None:
        take_receipt(
            work,
            clinic_id=row.clinic_id,
            errand_id=row.request_id,
            service=Service.INTAKE,
            stopped=row.stopped,
            removed=row.removed,
            keys=keys,
            at=now,
        )

    return erasure.end_due(store, ErasedPerson, forget=forget, settle=settle, now=now)


def take_receipt(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    errand_id: UUID,
    service: Service,
    stopped: int,
    removed: int,
    keys: int,
    at: datetime,
) -> None:
    """Keep what a service answered; once everyone did, the request is settled.

    A second answer changes nothing. Raises NotYetKnown for what was never asked.
    """
    row = queries.receipt(work, clinic_id=clinic_id, errand_id=errand_id, service=service)
    if row is None:
        raise NotYetKnown
    if row.settled_at is not None:
        return
    row.settled_at, row.stopped, row.removed, row.keys = at, stopped, removed, keys
    work.session.flush()
    request = work.session.get_one(RightsRequest, (clinic_id, row.request_id), with_for_update=True)
    if all(one.settled_at for one in queries.receipts_of(work, request)):
        request.state = domain.after_settling(request.state)
        request.ended_at = at


def _end_others(work: UnitOfWork, row: RightsRequest, person: Person, now: datetime) -> None:
    """Let whatever else a person asked for end with them."""
    for other in queries.standing(work, person):
        if other.id != row.id:
            other.state = domain.after_the_end(other.state)
            other.ended_at, other.ended_by = now, work.actor.id


def _expect(
    work: UnitOfWork, row: RightsRequest, service: Service, errand_id: UUID, now: datetime
) -> RightsReceipt:
    """Keep that a service is asked, so that an answer that is missing shows."""
    return work.add(
        RightsReceipt(
            clinic_id=row.clinic_id,
            id=work.new_id(),
            request_id=row.id,
            service=service,
            errand_id=errand_id,
            asked_at=now,
        )
    )


def _links_closed(work: UnitOfWork, person: Person, now: datetime) -> int:
    mine = select(ConsentRequest.id).where(
        ConsentRequest.clinic_id == person.clinic_id, ConsentRequest.person_id == person.id
    )
    standing = mine.where(
        ConsentRequest.answered_at.is_(None),
        ConsentRequest.called_back_at.is_(None),
        ConsentRequest.closes_at > now,
    )
    number = len(work.session.scalars(standing).all())
    consent.call_back(work, clinic_id=person.clinic_id, person_id=person.id, now=now)
    work.session.execute(
        delete(OpenConsentForm).where(
            OpenConsentForm.clinic_id == person.clinic_id, OpenConsentForm.request_id.in_(mine)
        )
    )
    return number


def _seats_ended(work: UnitOfWork, person: Person, now: datetime) -> int:
    standing = update(Seat).where(
        Seat.clinic_id == person.clinic_id,
        Seat.person_id == person.id,
        Seat.ended_at.is_(None),
        Seat.ends_at > now,
    )
    return _rows(work.session.execute(standing.values(ended_at=now)))


def _number(work: UnitOfWork, removing: Delete) -> int:
    return _rows(work.session.execute(removing))


def _rows(done: Any) -> int:
    return int(done.rowcount) if isinstance(done, CursorResult) else 0
