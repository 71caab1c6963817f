"""Taking down what other services tell, and what a person stops."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.reminders.roster import domain, queries
from services.reminders.roster.models import (
    Clinic,
    Consent,
    KnownClinic,
    Membership,
    Person,
    Plan,
    Relationship,
    Stop,
)
from shared.consent.enforcement import Told, newest
from shared.consent.purposes import TOLD_AS, kind_of
from shared.consent.terms import check_span
from shared.contracts.intake import ConsentChanged
from shared.contracts.reminders import ChannelChanged
from shared.contracts.words import Channel, PlanState, RelationshipState
from shared.errors import NotYetKnown
from shared.store import UnitOfWork


def know_clinic(work: UnitOfWork, *, clinic_id: UUID, since: datetime) -> None:
    """Remember that there is a clinic; its details come as content."""
    if work.session.get(Clinic, (clinic_id, clinic_id)) is None:
        work.add(KnownClinic(clinic_id=clinic_id, id=clinic_id, since=since))
        work.add(Clinic(clinic_id=clinic_id, id=clinic_id))


def describe_clinic(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    version: int,
    zone: str,
    sender: str,
    help_text: str,
    card_days: int,
    policy: str,
) -> None:
    """Take down a clinic's details; an older version changes nothing."""
    clinic = queries.clinic(work, clinic_id)
    if version >= clinic.version:
        clinic.version, clinic.zone = version, zone
        clinic.sender, clinic.help = sender, help_text
        clinic.card_days, clinic.policy = card_days, policy


def open_relationship(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    episode_id: UUID,
    clinician_id: UUID,
    now: datetime,
) -> None:
    """Take down a new relationship; hearing of it again changes nothing."""
    if work.session.get(Relationship, (clinic_id, relationship_id)) is None:
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
) -> None:
    """Take down a relationship's clinician and state; an older version changes nothing."""
    relationship = _known(work, clinic_id, relationship_id)
    if version > relationship.version:
        relationship.version = version
        relationship.clinician_id, relationship.state = clinician_id, state


def place_member(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    person_id: UUID,
    active: bool,
    version: int,
) -> Membership:
    """Take down that a person belongs to a relationship, or no longer does."""
    _known(work, clinic_id, relationship_id)
    if work.session.get(Person, (clinic_id, person_id)) is None:
        work.add(Person(clinic_id=clinic_id, id=person_id))
    found = queries.membership(
        work, clinic_id=clinic_id, relationship_id=relationship_id, person_id=person_id
    )
    if found is None:
        others = queries.members(work, clinic_id=clinic_id, relationship_id=relationship_id)
        return work.add(
            Membership(
                clinic_id=clinic_id,
                id=work.new_id(),
                relationship_id=relationship_id,
                person_id=person_id,
                place=len(others),
                active=active,
                version=version,
            )
        )
    if version > found.version:
        found.active, found.version = active, version
    return found


def keep_card(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    version: int,
    content: dict[str, Any] | None,
) -> bool:
    """Keep a person's contact card, sealed; None forgets it. Say whether their hours moved.

    A card that does not read counts as none, and of someone erased none is kept. Raises
    NotYetKnown before the person was heard of.
    """
    person = work.session.get(Person, (clinic_id, person_id))
    if person is None:
        raise NotYetKnown
    if version < person.version:
        return False
    before = queries.card_of(work, clinic_id=clinic_id, person_id=person_id)
    gone = queries.is_erased(work, clinic_id, person_id)
    after = None if gone else domain.readable_card(content)
    person.version = version
    work.seal(person, card=content if after else None)
    person.box = after.box if after else None
    return _hours(before) != _hours(after)


def take_consent(work: UnitOfWork, *, event: ConsentChanged) -> None:
    """Take down the newest revision of a consent; a late or repeated one changes nothing.

    Raises BeyondTerms for a yes that has no end or too late a one, whoever tells it.
    """
    if event.permitted:
        longest = kind_of(TOLD_AS[event.purpose]).longest
        check_span(event.valid_from, event.valid_until, longest=longest)
    kept = queries.consent_of(
        work, clinic_id=event.clinic_id, person_id=event.person_id, purpose=event.purpose
    )
    known = [] if kept is None else [_told(kept)]
    if newest([*known, _told(event)]) in known:
        return
    kept = kept or Consent(
        clinic_id=event.clinic_id,
        id=work.new_id(),
        person_id=event.person_id,
        purpose=event.purpose,
    )
    kept.revision, kept.permitted = event.revision, event.permitted
    kept.valid_from, kept.valid_until = event.valid_from, event.valid_until
    kept.text_version = event.text_version
    work.add(kept)


def _told(said: ConsentChanged | Consent) -> Told:
    return Told(
        permitted=said.permitted,
        revision=said.revision,
        valid_from=said.valid_from,
        valid_until=said.valid_until,
    )


def stop_channel(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel, now: datetime
) -> None:
    """End a channel at a person's word, at once and whatever they permitted; tell it once."""
    _set_stop(work, clinic_id, person_id, channel, standing=True, now=now)


def reopen_channel(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, channel: Channel, now: datetime
) -> None:
    """Let a permission count again, after staff spoke with the person alone."""
    _set_stop(work, clinic_id, person_id, channel, standing=False, now=now)


def take_plan(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    plan_id: UUID,
    state: PlanState,
    version: int,
) -> None:
    """Take down where something to try stands; an older version changes nothing."""
    _known(work, clinic_id, relationship_id)
    plan = work.session.get(Plan, (clinic_id, plan_id))
    if plan is None:
        plan = Plan(clinic_id=clinic_id, id=plan_id, relationship_id=relationship_id, version=-1)
    if version > plan.version:
        plan.state, plan.version = state, version
        work.add(plan)


def note_session(work: UnitOfWork, *, clinic_id: UUID, relationship_id: UUID, at: datetime) -> None:
    """Remember when a relationship last had a session."""
    relationship = _known(work, clinic_id, relationship_id)
    latest = relationship.last_session_at
    relationship.last_session_at = max(latest, at) if latest else at


def _known(work: UnitOfWork, clinic_id: UUID, relationship_id: UUID) -> Relationship:
    found = work.session.get(Relationship, (clinic_id, relationship_id))
    if found is None:
        raise NotYetKnown
    return found


def _hours(card: domain.Card | None) -> tuple[str, tuple[domain.Window, ...]] | None:
    return (card.zone.key, card.windows) if card else None


def _set_stop(
    work: UnitOfWork,
    clinic_id: UUID,
    person_id: UUID,
    channel: Channel,
    *,
    standing: bool,
    now: datetime,
) -> None:
    stop = queries.stop_of(work, clinic_id=clinic_id, person_id=person_id, channel=channel)
    if stop is None:
        stop = Stop(
            clinic_id=clinic_id,
            id=work.new_id(),
            person_id=person_id,
            channel=channel,
            standing=False,
            version=0,
        )
    if stop.standing is standing:
        return
    stop.standing, stop.changed_at, stop.version = standing, now, stop.version + 1
    work.add(stop)
    work.record(
        ChannelChanged(
            clinic_id=clinic_id,
            occurred_at=now,
            person_id=person_id,
            channel=channel,
            permitted=not standing,
            version=stop.version,
        )
    )
