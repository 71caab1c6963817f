"""A clinician's doubt puts everything that a person permitted aside; only asking again brings it.

Nobody else's consent takes its place.
"""

from datetime import datetime
from uuid import UUID

from services.intake.consent import domain, queries
from services.intake.consent.domain import Pause
from services.intake.consent.models import ConsentPause
from services.intake.consent.usecases.answering import Step, keep, locked
from services.intake.consent.usecases.counting import count_again
from services.intake.people import queries as people
from services.intake.people.domain import NewMember
from services.intake.people.models import Person
from shared.consent.ledger import Evidence
from shared.consent.purposes import kind_of
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_behind
from shared.store import UnitOfWork


def pause(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, why: Pause, now: datetime
) -> ConsentPause:
    """Let nothing that a person permitted count from now on; a second time changes nothing.

    Raises NotYours.
    """
    return wait(work, _of_mine(work, relationship_id, person_id), why, now)


def pause_at_joining(work: UnitOfWork, person: Person, member: NewMember, now: datetime) -> None:
    """Let the consent of someone who joins wait, where staff said that they are not asked yet."""
    if member.not_asked is not None:
        wait(work, person, Pause(member.not_asked), now)


def wait(work: UnitOfWork, person: Person, why: Pause, now: datetime) -> ConsentPause:
    """Let a person's consent wait, whoever notes it; what waits already stays as it is."""
    found = queries.open_pause(work, person.clinic_id, person.id)
    if found is not None:
        return found
    row = ConsentPause(
        clinic_id=person.clinic_id,
        id=work.new_id(),
        person_id=person.id,
        began_at=now,
        began_by=work.actor.id,
    )
    work.seal(row, why=why)
    work.add(row)
    put_aside(work, person, now)
    return row


def settle_pause(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, now: datetime
) -> None:
    """End a pause: the person may be asked again. Nothing that was put aside comes back by itself.

    Raises NotYours.
    """
    person = _of_mine(work, relationship_id, person_id)
    found = queries.open_pause(work, person.clinic_id, person_id)
    if found is not None:
        found.settled_at, found.settled_by = now, work.actor.id


def _of_mine(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Person:
    relationship, person = people.member(work, relationship_id, person_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise domain.NotYours
    return locked(work, relationship.clinic_id, person.id)


def put_aside(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Let nothing that a person permitted count from now on; they may be asked again."""
    rows = queries.revisions(work, person.clinic_id, person.id)
    latest = {row.purpose: row for row in rows}
    by = Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC, recorded_by=work.actor.id)
    for purpose, decision in queries.decisions_on(rows, now).items():
        if decision.permits and kind_of(purpose).can_be_withdrawn:
            text = text_behind(domain.TEXTS, latest[purpose].text_hash)
            step = Step(purpose=purpose, text=text, state=State.PAUSED)
            keep(work, person, step, evidence=by, at=now, now=now)
    count_again(work, person_id=person.id, now=now)
