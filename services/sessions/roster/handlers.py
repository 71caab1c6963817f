"""What sessions takes down when intake and reminders speak."""

from services.sessions.roster import queries, usecases
from shared.contracts.intake import (
    ClinicRegistered,
    MemberChanged,
    MemberJoined,
    MemberMet,
    RelationshipChanged,
    RelationshipOpened,
)
from shared.contracts.reminders import AvailabilityChanged, FormReceived, PromptSettled
from shared.events.content import Content, Reference
from shared.events.inbox import Subscriptions
from shared.store import UnitOfWork

PERSON, CLINIC, FORM = "intake.person", "intake.clinic", "reminders.form"


def on_clinic_registered(work: UnitOfWork, event: ClinicRegistered) -> None:
    """Know the clinic, and ask for its details."""
    usecases.know_clinic(work, clinic_id=event.clinic_id)
    work.want(CLINIC, clinic_id=event.clinic_id, subject_id=event.clinic_id, version=event.version)


def on_relationship_opened(work: UnitOfWork, event: RelationshipOpened) -> None:
    """Take down the relationship."""
    usecases.open_relationship(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        episode_id=event.episode_id,
        clinician_id=event.clinician_id,
        now=event.occurred_at,
    )


def on_relationship_changed(work: UnitOfWork, event: RelationshipChanged) -> None:
    """Take down the relationship's clinician and state."""
    usecases.change_relationship(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        clinician_id=event.clinician_id,
        state=event.state,
        version=event.version,
        now=event.occurred_at,
    )


def on_member(work: UnitOfWork, event: MemberJoined | MemberChanged) -> None:
    """Take down who belongs to the relationship, and ask how they want to be named."""
    usecases.place_member(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        active=event.active if isinstance(event, MemberChanged) else True,
        now=event.occurred_at,
    )
    work.want(PERSON, clinic_id=event.clinic_id, subject_id=event.person_id, version=event.version)


def on_member_met(work: UnitOfWork, event: MemberMet) -> None:
    """Take down whether the clinician has met a member on their own."""
    usecases.note_met(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        met=event.met,
    )


def on_availability_changed(work: UnitOfWork, event: AvailabilityChanged) -> None:
    """Take down whether joint things may be offered."""
    usecases.note_availability(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        available=event.available,
        version=event.version,
    )


def on_form_received(work: UnitOfWork, event: FormReceived) -> None:
    """Take down that a form came in, and ask for its answers; none of someone erased."""
    if queries.is_erased(work, event.clinic_id, event.person_id):
        return
    usecases.note_form(
        work,
        clinic_id=event.clinic_id,
        form_id=event.form_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        now=event.occurred_at,
    )
    work.want(FORM, clinic_id=event.clinic_id, subject_id=event.form_id, version=1)


def on_prompt_settled(work: UnitOfWork, event: PromptSettled) -> None:
    """Take down how a message to a member was settled; none to someone erased."""
    if queries.is_erased(work, event.clinic_id, event.person_id):
        return
    usecases.note_delivery(
        work,
        clinic_id=event.clinic_id,
        prompt_id=event.prompt_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        outcome=event.outcome,
        now=event.occurred_at,
    )


def apply_person(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
    """Keep how a person wants to be named."""
    usecases.describe_person(
        work,
        clinic_id=reference.clinic_id,
        person_id=reference.subject_id,
        version=reference.version,
        details=content,
    )


def apply_clinic(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
    """Keep a clinic's name and zone."""
    if content is not None:
        usecases.describe_clinic(
            work,
            clinic_id=reference.clinic_id,
            version=reference.version,
            name=content["name"],
            zone=content["zone"],
        )


SUBSCRIPTIONS: Subscriptions = {
    ClinicRegistered: on_clinic_registered,
    RelationshipOpened: on_relationship_opened,
    RelationshipChanged: on_relationship_changed,
    MemberJoined: on_member,
    MemberChanged: on_member,
    MemberMet: on_member_met,
    AvailabilityChanged: on_availability_changed,
    FormReceived: on_form_received,
    PromptSettled: on_prompt_settled,
}
