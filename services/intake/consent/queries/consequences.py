"""What goes on because of what someone permits, and what a change would stop or start."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.intake.consent import domain
from services.intake.consent.models import ConsentRevision
from services.intake.consent.queries.standing import (
    asked_in,
    decisions_on,
    policy_of,
    revisions,
    standing,
)
from services.intake.directory.models import Clinic
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.consent import foresight
from shared.consent.decision import Decision
from shared.consent.foresight import IN_CARE, MAIL, REOPENED, TERMS, Change, Going
from shared.consent.ledger import said_about
from shared.consent.purposes import POLICIES
from shared.consent.terms import Method
from shared.contracts.words import RelationshipState
from shared.store import UnitOfWork

EMAIL = "checkin.email"


def going_on(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    decisions: Mapping[str, Decision],
    at: datetime,
) -> list[Going]:
    """Return what goes on at a moment because of what one member decided, in every service."""
    policy = policy_of(work, relationship.clinic_id)
    kept = {one: it for one, it in decisions.items() if one == policy or one not in POLICIES}
    others = _others_permit(work, relationship, person, at)
    lacking = _lacking(work, relationship, person, at)
    if policy not in kept or not kept[policy].permits:
        lacking.add(TERMS)
    if EMAIL not in kept or not kept[EMAIL].permits:
        lacking.add(MAIL)
    rows = revisions(work, relationship.clinic_id, person.id)
    stopped = {row.purpose for row in rows if row.method is Method.STOP_LINK}
    return foresight.going_on(
        kept,
        others=others,
        lacking={one: lacking | ({REOPENED} if one in stopped else set()) for one in kept},
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
    also = [answer[0]] if answer else []
    said = {one: said_about(rows, one) for one in decisions_on(rows, now, also=also)}
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
    clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
    found = {"phone"}  # nothing goes out by text yet
    if people.still_missing(card, clinic, at):
        found.add("contact")
    return found | ({IN_CARE} if relationship.state is RelationshipState.CLOSED else set())
