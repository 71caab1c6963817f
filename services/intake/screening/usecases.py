"""Keeping that a member was asked alone, and taking back an entry that was a mistake."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from services.intake.consent.queries import check_noted
from services.intake.people import queries as people
from services.intake.screening import domain, queries
from services.intake.screening.models import TalkAlone
from shared.contracts.intake import MemberMet
from shared.errors import NotFound
from shared.store import UnitOfWork

OWN_WAY = "own"


def record_talk(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    held_on: date,
    alone: bool,
    now: datetime,
    module: str = OWN_WAY,
    answers: Mapping[str, str] | None = None,
    notes: str = "",
) -> TalkAlone:
    """Keep that the treating clinician asked a member alone, and what they want to remember.

    That they were asked alone may always be kept; what they said only once they know and go along
    with what becomes of it. Raises NotFound for anyone else, NotAlone, DayNotYet, NoSuchModule,
    NotesTooLong, NoPolicy, NotNoted.
    """
    relationship, person = queries.treated(work, relationship_id, person_id)
    used = queries.modules().get(module)
    if used is None:
        raise domain.NoSuchModule
    if not alone:
        raise domain.NotAlone
    if held_on > people.today_at(work, relationship.clinic_id, now):
        raise domain.DayNotYet
    kept = {"answers": dict(answers or {}), "notes": domain.fitting_notes(notes)}
    if any(kept.values()):
        check_noted(work, clinic_id=relationship.clinic_id, person_id=person.id, now=now)
    row = TalkAlone(
        clinic_id=relationship.clinic_id,
        id=work.new_id(),
        relationship_id=relationship.id,
        person_id=person.id,
        held_on=held_on,
        recorded_by=work.actor.id,
        recorded_at=now,
    )
    content = {"module": used.code, "version": used.version, "hash": used.hash}
    work.seal(row, content={**content, **kept})
    work.add(row)
    _tell(work, row, now)
    return row


def take_back_talk(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, talk_id: UUID, now: datetime
) -> None:
    """Let an entry no longer count, because it was a mistake; it stays readable.

    Raises NotFound for anyone but the treating clinician, AlreadyTakenBack.
    """
    relationship, person = queries.treated(work, relationship_id, person_id)
    row = work.get(TalkAlone, relationship.clinic_id, talk_id)
    if (row.relationship_id, row.person_id) != (relationship.id, person.id):
        raise NotFound
    if row.taken_back_at is not None:
        raise domain.AlreadyTakenBack
    row.taken_back_at = now
    work.session.flush()
    _tell(work, row, now)


def _tell(work: UnitOfWork, row: TalkAlone, now: datetime) -> None:
    """Tell whether this member has now been met alone; nothing of what was said."""
    rows = queries.rows_of(work, row.relationship_id, row.person_id)
    work.record(
        MemberMet(
            clinic_id=row.clinic_id,
            occurred_at=now,
            relationship_id=row.relationship_id,
            person_id=row.person_id,
            met=any(one.taken_back_at is None for one in rows),
            version=len(rows) + sum(one.taken_back_at is not None for one in rows),
        )
    )
