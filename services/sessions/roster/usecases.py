"""Taking down what the other services tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

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
from shared.contracts.words import PromptOutcome, RelationshipState
from shared.errors import NotYetKnown
from shared.store import UnitOfWork

PERSONAL = ("name", "pronouns", "language")


def know_clinic(work: UnitOfWork, *, clinic_id: UUID) -> Clinic:
    """Keep a place for a clinic's details."""
    row = work.session.get(Clinic, (clinic_id, clinic_id))
    return row or work.add(Clinic(clinic_id=clinic_id, id=clinic_id))


def describe_clinic(
    work: UnitOfWork, *, clinic_id: UUID, version: int, name: str, zone: str
) -> Clinic:
    """Keep a clinic's name and zone, unless later ones are here."""
    row = know_clinic(work, clinic_id=clinic_id)
    if version >= row.version:
        row.name, row.zone, row.version = name, zone, version
    return row


def open_relationship(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    episode_id: UUID,
    clinician_id: UUID,
    now: datetime,
) -> None:
    """Take down a relationship that is in care from now on."""
    work.add(
        Relationship(
            clinic_id=clinic_id,
            id=relationship_id,
            episode_id=episode_id,
            clinician_id=clinician_id,
            opened_at=now,
        )
    )


def change_relationship(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    clinician_id: UUID,
    state: RelationshipState,
    version: int,
    now: datetime,
) -> None:
    """Take down who treats a relationship now, and whether it is in care."""
    row = _relationship(work, clinic_id, relationship_id)
    if version <= row.version:
        return
    row.clinician_id, row.state, row.version = clinician_id, state, version
    row.closed_at = now if state is RelationshipState.CLOSED else None


def place_member(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    person_id: UUID,
    active: bool,
    now: datetime,
) -> None:
    """Take down that a person belongs to a relationship, or no longer does."""
    _relationship(work, clinic_id, relationship_id)
    if work.session.get(Person, (clinic_id, person_id)) is None:
        work.add(Person(clinic_id=clinic_id, id=person_id))
    row = _membership(work, clinic_id, relationship_id, person_id)
    if row is None:
        row = Membership(clinic_id=clinic_id, id=work.new_id(), joined_at=now)
        row.relationship_id, row.person_id = relationship_id, person_id
        work.session.add(row)
    row.active = active
    work.session.flush()


def note_met(
    work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID, met: bool
) -> None:
    """Take down whether a member was met on their own; before that nothing joint begins."""
    row = _membership(work, clinic_id, relationship_id, person_id)
    if row is None:
        raise NotYetKnown
    row.met = met
    work.session.flush()


def note_available(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, available: bool, version: int
) -> bool:
    """Take down whether what a person permitted may go on; say whether it has just ended."""
    row = work.session.get(Person, (clinic_id, person_id)) or work.add(
        Person(clinic_id=clinic_id, id=person_id)
    )
    if version <= row.available_version:
        return False
    row.available, row.available_version = available, version
    work.session.flush()
    return not available


def describe_person(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    version: int,
    details: Mapping[str, Any] | None,
) -> None:
    """Keep how a person wants to be named, sealed; None when they are gone for good.

    Of someone erased here nothing is kept, however late it comes.
    """
    row = work.session.get(Person, (clinic_id, person_id))
    if row is None:
        raise NotYetKnown
    if version < row.version:
        return
    row.version = version
    gone = erasure.is_erased(work, ErasedPerson, clinic_id, person_id)
    kept = {} if gone or details is None else details
    work.seal(row, **{name: kept.get(name) or None for name in PERSONAL})


def note_availability(
    work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, available: bool, version: int
) -> None:
    """Take down whether joint things may be offered to a relationship."""
    row = work.session.get(Availability, (clinic_id, relationship_id))
    if row is None:
        row = Availability(clinic_id=clinic_id, id=relationship_id, available=True, version=-1)
        work.session.add(row)
    if version > row.version:
        row.available, row.version = available, version


def note_form(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    form_id: UUID,
    relationship_id: UUID,
    person_id: UUID,
    now: datetime,
) -> None:
    """Take down that a form came in; its answers follow."""
    if work.session.get(Form, (clinic_id, form_id)) is None:
        row = Form(clinic_id=clinic_id, id=form_id, received_at=now)
        row.relationship_id, row.person_id = relationship_id, person_id
        work.add(row)


def keep_answers(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    form_id: UUID,
    answers: Mapping[str, Any] | None,
    now: datetime,
) -> Form:
    """Keep the answers of a form, sealed; None when they are gone for good."""
    row = work.session.get(Form, (clinic_id, form_id))
    if row is None:
        raise NotYetKnown
    row.read_at = now
    work.seal(row, answers=answers)
    return row


def note_delivery(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    prompt_id: UUID,
    relationship_id: UUID,
    person_id: UUID,
    outcome: PromptOutcome,
    now: datetime,
) -> None:
    """Take down how a prompt was settled; a later word replaces an earlier one."""
    row = work.session.get(Delivery, (clinic_id, prompt_id))
    if row is None:
        row = Delivery(clinic_id=clinic_id, id=prompt_id)
        row.relationship_id, row.person_id = relationship_id, person_id
        work.session.add(row)
    row.outcome, row.settled_at = outcome, now
    work.session.flush()


def _relationship(work: UnitOfWork, clinic_id: UUID, relationship_id: UUID) -> Relationship:
    row = work.session.get(Relationship, (clinic_id, relationship_id))
    if row is None:
        raise NotYetKnown
    return row


def _membership(
    work: UnitOfWork, clinic_id: UUID, relationship_id: UUID, person_id: UUID
) -> Membership | None:
    return work.session.scalar(
        select(Membership).where(
            Membership.clinic_id == clinic_id,
            Membership.relationship_id == relationship_id,
            Membership.person_id == person_id,
        )
    )
