"""What goes on because of what someone permits, and what a change would stop or start."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.intake.consent import domain
from services.intake.consent.models import ConsentRevision
from services.intake.consent.queries.standing import (
    asked_in,
    decisions_on,
    revisions,
    standing,
)
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.consent import foresight
from shared.consent.decision import Decision
from shared.consent.foresight import IN_CARE, REOPENED, Change, Going
from shared.consent.ledger import said_about
from shared.consent.terms import Method
from shared.contracts.words import RelationshipState
from shared.store import UnitOfWork


def going_on(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    decisions: Mapping[str, Decision],
    at: datetime,
) -> list[Going]:
    """Return what goes on at a moment because of what one member decided, in every service."""
    others = _others_permit(work, relationship, person, at)
    lacking = _lacking(work, relationship, person, at)
    rows = revisions(work, relationship.clinic_id, person.id)
    stopped = {row.purpose for row in rows if row.method is Method.STOP_LINK}
    return foresight.going_on(
        decisions,
        others=others,
        lacking={one: lacking | ({REOPENED} if one in stopped else set()) for one in decisions},
    )


def rehearse(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    rows: Sequence[ConsentRevision],
    *,
    answer: tuple[str, bool] | None,
    now: datetime,
    at: datetime,
) -> Change:
    """Return what would stop and start if a member gave an answer (purpose, yes), or by ``at``.

    Nothing is changed. Raises NotInThisLanguage where there is no text to answer.
    """
    said = {one: said_about(rows, one) for one in decisions_on(rows, now)}
    before = going_on(work, relationship, person, domain.decided(said, now), now)
    if answer is not None:
        purpose, permits = answer
        text = asked_in(person, None, purpose, now)
        said[purpose] = domain.as_if(
            said[purpose], purpose=purpose, permits=permits, text_version=text.version, at=at
        )
    after = going_on(work, relationship, person, domain.decided(said, at), at)
    return foresight.changed(before, after)


def _others_permit(
    work: UnitOfWork, relationship: Relationship, person: Person, at: datetime
) -> dict[str, bool]:
    """Return of each purpose whether every other member permits it at a moment."""
    others = people.everyone_in(work, relationship.id) - {person.id}
    standings = [
        standing(work, clinic_id=relationship.clinic_id, person_id=other, now=at)
        for other in others
    ]
    return {
        purpose: all(each[purpose].permits for each in standings) for purpose in domain.KEPT_HERE
    }


def _lacking(
    work: UnitOfWork, relationship: Relationship, person: Person, at: datetime
) -> set[str]:
    """Return what effects may need and is not there at a moment, by the words of the table."""
    card = people.cards_of(work, [person.id]).get(person.id)
    contact = people.contact_of(work, card)
    confirmed = card.confirmed_on if card else None
    today = at.astimezone(ZoneInfo(person.zone)).date()
    old = confirmed is None or today - confirmed > domain.CARD_SERVES_FOR
    found = {"phone"}  # intake keeps no telephone numbers yet
    if old or not (contact.email and contact.private and contact.windows):
        found.add("contact")
    return found | ({IN_CARE} if relationship.state is RelationshipState.CLOSED else set())
