"""What reminders knows of people: who belongs where, and whether a person may be reached."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from services.reminders.roster import domain
from services.reminders.roster.models import (
    Clinic,
    Consent,
    ErasedPerson,
    KnownClinic,
    Membership,
    Person,
    Plan,
    Relationship,
    Stop,
)
from shared import erasure
from shared.auth.actors import Role
from shared.consent.enforcement import Told
from shared.consent.languages import every_text
from shared.consent.purposes import POLICIES, TOLD_AS, kind_of
from shared.consent.texts import ended_by_new_text
from shared.contracts.words import IN_CARE, Channel, PlanState, Purpose
from shared.errors import NotFound
from shared.store import UnitOfWork

PERSON, CLINIC = "intake.person", "intake.clinic"
"""The content that holds a contact card, and what a clinic goes by."""

PURPOSES = {Channel.EMAIL: Purpose.CHECKIN_EMAIL, Channel.SMS: Purpose.CHECKIN_SMS}

POLICY_WORDS = {code: kind_of(code).wire for code in POLICIES}
"""The word by which each policy is told."""


def known_clinics(work: UnitOfWork) -> list[tuple[UUID, datetime]]:
    """Return every clinic, with the moment since which it is known; for a claiming work."""
    return [(row.id, row.since) for row in work.session.scalars(select(KnownClinic))]


def clinic(work: UnitOfWork, clinic_id: UUID) -> Clinic:
    """Return a clinic, or refuse with NotFound."""
    return work.get(Clinic, clinic_id, clinic_id)


def senders(work: UnitOfWork) -> dict[UUID, str]:
    """Return the word by which each of this work's clinics signs."""
    return {row.id: row.sender for row in work.session.scalars(select(Clinic))}


def card_of(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID) -> domain.Card | None:
    """Return a person's contact card; None while there is none."""
    person = work.session.get(Person, (clinic_id, person_id))
    content = work.open(person, "card") if person else None
    return domain.read_card(content) if content else None


def trusted_for(work: UnitOfWork, clinic_id: UUID) -> timedelta:
    """Return for how long a clinic trusts a contact card; never longer than we do."""
    return timedelta(days=min(clinic(work, clinic_id).card_days, domain.CARD_DAYS))


def shares_box(
    work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID
) -> bool:
    """Whether another member of a relationship is reached in the same letter box; opens no card."""
    person = work.session.get(Person, (clinic_id, person_id))
    if person is None or person.box is None:
        return False
    others = (
        select(Person.id)
        .join(
            Membership,
            (Membership.clinic_id == Person.clinic_id) & (Membership.person_id == Person.id),
        )
        .where(
            Membership.clinic_id == clinic_id,
            Membership.relationship_id == relationship_id,
            Person.id != person_id,
            Person.box == person.box,
        )
    )
    return work.session.scalar(others) is not None


def permitted(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel, now: datetime
) -> bool:
    """Whether a person may be asked alone by this channel at this moment.

    They agree to it, have not stopped it, and go along with the clinic's policy on what is said
    alone.
    """
    person = {"clinic_id": clinic_id, "person_id": person_id}
    told = [told_of(work, channel=channel, **person), told_of_policy(work, **person)]
    return all(one is not None and one.permits(now) for one in told)


def told_of_policy(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID) -> Told | None:
    """Return what was told last of a person and the policy by which their clinic works now.

    None where the clinic has chosen none.
    """
    known = work.session.get(Clinic, (clinic_id, clinic_id))
    policy = POLICY_WORDS.get(known.policy) if known else None
    if policy is None:
        return None
    return told_about(work, clinic_id=clinic_id, person_id=person_id, purpose=policy)


def told_of(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel) -> Told | None:
    """Return what was told last of a person's permission for a channel; None once they ended it."""
    if stopped(work, clinic_id=clinic_id, person_id=person_id, channel=channel):
        return None
    return told_about(work, clinic_id=clinic_id, person_id=person_id, purpose=PURPOSES[channel])


def told_about(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, purpose: Purpose
) -> Told | None:
    """Return what was told last of a person's permission for a purpose."""
    row = consent_of(work, clinic_id=clinic_id, person_id=person_id, purpose=purpose)
    if row is None:
        return None
    return Told(
        permitted=row.permitted,
        revision=row.revision,
        valid_from=row.valid_from,
        valid_until=min(row.valid_until, _text_ends(row) or row.valid_until),
    )


def consent_of(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, purpose: Purpose
) -> Consent | None:
    """Return the newest revision of a consent."""
    return work.session.scalar(
        select(Consent).where(
            Consent.clinic_id == clinic_id,
            Consent.person_id == person_id,
            Consent.purpose == purpose,
        )
    )


def _text_ends(row: Consent) -> datetime | None:
    """Return when newer words end those that were shown; None where nobody told which."""
    if row.text_version == 0:
        return None
    return ended_by_new_text(every_text(), TOLD_AS[row.purpose], row.text_version)


def stopped(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel) -> bool:
    """Whether a person has ended this channel."""
    stop = stop_of(work, clinic_id=clinic_id, person_id=person_id, channel=channel)
    return stop is not None and stop.standing


def stop_of(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel) -> Stop | None:
    """Return what a person last decided about ending a channel."""
    return work.session.scalar(
        select(Stop).where(
            Stop.clinic_id == clinic_id, Stop.person_id == person_id, Stop.channel == channel
        )
    )


def is_erased(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> bool:
    """Whether a person was erased here."""
    return erasure.is_erased(work, ErasedPerson, clinic_id, person_id)


def in_care(work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID) -> bool:
    """Whether a person belongs to a relationship that is in care."""
    relationship = work.session.get(Relationship, (clinic_id, relationship_id))
    member = membership(
        work, clinic_id=clinic_id, relationship_id=relationship_id, person_id=person_id
    )
    return (
        relationship is not None
        and relationship.state.in_care
        and member is not None
        and member.active
    )


def membership(
    work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID
) -> Membership | None:
    """Return a person's part in a relationship."""
    return work.session.scalar(
        select(Membership).where(
            Membership.clinic_id == clinic_id,
            Membership.relationship_id == relationship_id,
            Membership.person_id == person_id,
        )
    )


def members(work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID) -> Sequence[Membership]:
    """Return all who ever joined a relationship, in the order of joining."""
    return work.session.scalars(
        select(Membership)
        .where(Membership.clinic_id == clinic_id, Membership.relationship_id == relationship_id)
        .order_by(Membership.place)
    ).all()


def relationship(work: UnitOfWork, relationship_id: UUID) -> Relationship:
    """Return a relationship of one of this work's clinics, or refuse with NotFound."""
    found = work.session.scalar(select(Relationship).where(Relationship.id == relationship_id))
    if found is None:
        raise NotFound
    return found


def treated_by(work: UnitOfWork, relationship_id: UUID) -> bool:
    """Whether the actor may look at a relationship: a clinician must be the one who treats it."""
    if work.actor.role is not Role.CLINICIAN:
        return True
    return relationship(work, relationship_id).clinician_id == work.actor.id


def open_relationships(work: UnitOfWork, *, clinician_id: UUID | None) -> Sequence[Relationship]:
    """Return the relationships in a clinician's care, oldest first."""
    in_order = select(Relationship).where(
        Relationship.state.in_(IN_CARE), Relationship.clinician_id == clinician_id
    )
    return work.session.scalars(in_order.order_by(Relationship.opened_at, Relationship.id)).all()


def plan_running(work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID) -> bool:
    """Whether a relationship is trying something at present."""
    running = select(Plan.id).where(
        Plan.clinic_id == clinic_id,
        Plan.relationship_id == relationship_id,
        Plan.state == PlanState.RUNNING,
    )
    return work.session.scalar(running) is not None


def subjects_of(work: UnitOfWork, clinic_id: UUID) -> list[tuple[UUID, UUID]]:
    """Return (relationship, person) of every membership of a clinic."""
    rows = work.session.scalars(select(Membership).where(Membership.clinic_id == clinic_id))
    return [(row.relationship_id, row.person_id) for row in rows]
