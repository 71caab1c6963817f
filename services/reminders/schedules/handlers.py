"""What schedules do when other services speak."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.reminders.roster import usecases as roster
from services.reminders.roster.queries import PERSON, is_erased
from services.reminders.schedules import usecases
from shared.contracts import Event
from shared.contracts.intake import (
    ConsentChanged,
    MemberChanged,
    MemberJoined,
    RelationshipChanged,
)
from shared.events.content import Content, Reference, Wanting
from shared.events.listener import Handler
from shared.store import UnitOfWork


def on_member_joined(work: UnitOfWork, event: MemberJoined) -> None:
    """Give the new member the usual schedule; none to someone erased meanwhile."""
    if is_erased(work, event.clinic_id, event.person_id):
        return
    usecases.begin_schedule(
        work,
        clinic_id=event.clinic_id,
        relationship_id=event.relationship_id,
        person_id=event.person_id,
        now=event.occurred_at,
    )


def on_care_changed(work: UnitOfWork, event: MemberChanged | RelationshipChanged) -> None:
    """Forget what is planned for those who are not in care any more."""
    usecases.withdraw_prompts(
        work, clinic_id=event.clinic_id, relationship_id=event.relationship_id
    )


def on_consent_changed(work: UnitOfWork, event: ConsentChanged) -> None:
    """Forget what is planned for one who no longer agrees, and look again."""
    usecases.follow_consent(
        work, clinic_id=event.clinic_id, person_id=event.person_id, now=event.occurred_at
    )


def wanting_person(now: Callable[[], datetime]) -> Wanting:
    """Keep a person's card, and plan anew where their hours moved."""

    def apply(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
        person = {"clinic_id": reference.clinic_id, "person_id": reference.subject_id}
        moved = roster.keep_card(work, version=reference.version, content=content, **person)
        if moved:
            usecases.renew_schedules(work, now=now(), **person)

    return Wanting(kind=PERSON, apply=apply)


SUBSCRIPTIONS: Mapping[type[Event], Handler] = {
    MemberJoined: on_member_joined,
    MemberChanged: on_care_changed,
    RelationshipChanged: on_care_changed,
    ConsentChanged: on_consent_changed,
}
