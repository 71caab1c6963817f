"""What reminders takes down when intake and sessions speak."""

from collections.abc import Mapping

from services.reminders.roster import usecases
from services.reminders.roster.domain import CARD_DAYS
from services.reminders.roster.queries import CLINIC, PERSON
from shared.contracts import Event
from shared.contracts.intake import (
    ClinicRegistered,
    ConsentChanged,
    MemberChanged,
    MemberJoined,
    RelationshipChanged,
    RelationshipOpened,
)
from shared.contracts.sessions import PlanChanged, SessionRecorded
from shared.events.content import Content, Reference
from shared.events.listener import Handler
from shared.store import UnitOfWork


def on_clinic_registered(work: UnitOfWork, event: ClinicRegistered) -> None:
    """Know the clinic, and ask for its details."""
    usecases.know_clinic(work, clinic_id=event.clinic_id, since=event.occurred_at)
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
    )


def on_member(work: UnitOfWork, event: MemberJoined | MemberChanged) -> None:
    """Take down who belongs to the relationship, and ask how they may be reached."""
    usecases.place_member(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        active=event.active if isinstance(event, MemberChanged) else True,
        version=event.version,
    )
    work.want(PERSON, clinic_id=event.clinic_id, subject_id=event.person_id, version=event.version)


def on_consent_changed(work: UnitOfWork, event: ConsentChanged) -> None:
    """Take down the newest revision."""
    usecases.take_consent(work, event=event)


def on_plan_changed(work: UnitOfWork, event: PlanChanged) -> None:
    """Take down whether something is being tried."""
    usecases.take_plan(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        plan_id=event.plan_id,
        state=event.state,
        version=event.version,
    )


def on_session_recorded(work: UnitOfWork, event: SessionRecorded) -> None:
    """Remember when the relationship last had a session."""
    usecases.note_session(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        at=event.occurred_at,
    )


def apply_clinic(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
    """Take down a clinic's details."""
    if content is not None:
        usecases.describe_clinic(
            work,
            clinic_id=reference.clinic_id,
            version=reference.version,
            zone=content["zone"],
            sender=content["sender"],
            help_text=content["help"],
            card_days=content.get("card_days", CARD_DAYS),
            policy=content.get("policy", ""),
        )


SUBSCRIPTIONS: Mapping[type[Event], Handler] = {
    ClinicRegistered: on_clinic_registered,
    RelationshipOpened: on_relationship_opened,
    RelationshipChanged: on_relationship_changed,
    MemberJoined: on_member,
    MemberChanged: on_member,
    ConsentChanged: on_consent_changed,
    PlanChanged: on_plan_changed,
    SessionRecorded: on_session_recorded,
}
