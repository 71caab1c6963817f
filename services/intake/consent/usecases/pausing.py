"""A clinician's doubt, or a person's own wish, puts aside everything that they permitted.

Only asking them again brings it back. Nobody else's consent takes its place.
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
from shared.contracts.intake import PersonChanged
from shared.store import UnitOfWork


def pause(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    why: Pause,
    now: datetime,
    request_id: UUID | None = None,
) -> ConsentPause:
    """Let nothing that a person permitted count from now on; a second time changes nothing.

    ``request_id`` names the person's own request, where it is theirs. Raises NotYours.
    """
    return wait(work, _of_mine(work, relationship_id, person_id), why, now, request_id=request_id)


def pause_at_joining(work: UnitOfWork, person: Person, member: NewMember, now: datetime) -> None:
    """Let the consent of someone who joins wait, where staff said that they are not asked yet."""
    if member.not_asked is not None:
        wait(work, person, Pause(member.not_asked), now)


def wait(
    work: UnitOfWork, person: Person, why: Pause, now: datetime, *, request_id: UUID | None = None
) -> ConsentPause:
    """Let a person's consent wait, whoever notes it; what waits already stays as it is."""
    found = _standing(work, person, request_id)
    if found is not None:
        return found
    row = ConsentPause(
        clinic_id=person.clinic_id,
        id=work.new_id(),
        person_id=person.id,
        request_id=request_id,
        began_at=now,
        began_by=work.actor.id,
    )
    work.seal(row, why=why)
    work.add(row)
    put_aside(work, person, now)
    _tell(work, person, now)
    return row


def settle_pause(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    now: datetime,
    request_id: UUID | None = None,
) -> None:
    """End a pause: the person may be asked again. Nothing that was put aside comes back by itself.

    One that the person asked for is ended under its ``request_id`` alone. Raises NotYours.
    """
    person = _of_mine(work, relationship_id, person_id)
    found = _standing(work, person, request_id)
    if found is not None:
        found.settled_at, found.settled_by = now, work.actor.id
        work.session.flush()
        _tell(work, person, now)


def end_permissions(work: UnitOfWork, person: Person, state: State, now: datetime) -> int:
    """End everything that a person permits now, and tell it; return how much that was."""
    rows = queries.revisions(work, person.clinic_id, person.id)
    latest = {row.purpose: row for row in rows}
    by = Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC, recorded_by=work.actor.id)
    ended = [
        Step(
            purpose=purpose,
            text=text_behind(domain.TEXTS, latest[purpose].text_hash),
            state=state,
        )
        for purpose, decision in queries.decisions_on(rows, now).items()
        if decision.permits and kind_of(purpose).can_be_withdrawn
    ]
    for step in ended:
        keep(work, person, step, evidence=by, at=now, now=now)
    return len(ended)


def _of_mine(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Person:
    relationship, person = people.member(work, relationship_id, person_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise domain.NotYours
    return locked(work, relationship.clinic_id, person.id)


def put_aside(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Let nothing that a person permitted count from now on; they may be asked again."""
    end_permissions(work, person, State.PAUSED, now)
    count_again(work, person_id=person.id, now=now)


def _standing(work: UnitOfWork, person: Person, request_id: UUID | None) -> ConsentPause | None:
    every = queries.pauses_of(work, person.clinic_id, person.id)
    of_it = (one for one in every if one.request_id == request_id and one.settled_at is None)
    return next(of_it, None)


def _tell(work: UnitOfWork, person: Person, now: datetime) -> None:
    """Tell whether anything that rests on this person's permission may go on; never why not."""
    every = queries.pauses_of(work, person.clinic_id, person.id)
    settled = [one for one in every if one.settled_at is not None]
    work.record(
        PersonChanged(
            clinic_id=person.clinic_id,
            occurred_at=now,
            person_id=person.id,
            available=len(settled) == len(every),
            version=len(every) + len(settled),
        )
    )
