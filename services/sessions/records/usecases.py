"""Writing the progress log, and correcting it without losing what was written before."""

from datetime import date, datetime
from uuid import UUID

from services.sessions.records import domain, queries
from services.sessions.records.domain import Kind, Parts
from services.sessions.records.models import Entry, Milestone, Revision
from services.sessions.roster import queries as roster
from services.sessions.roster.domain import day_in
from shared.contracts.sessions import SessionRecorded
from shared.contracts.words import RelationshipState
from shared.errors import Conflict
from shared.store import UnitOfWork


def write_entry(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    kind: Kind,
    happened_on: date,
    parts: Parts,
    entry_id: UUID | None = None,
    now: datetime,
) -> Entry:
    """Add an entry to a relationship's log, in the acting clinician's name.

    Each member has the same parts; ``entry_id``, when the form brings one, makes sending twice
    harmless. Raises NotFound for whoever does not treat the relationship, or a Refusal of
    ``domain`` for what does not fit.
    """
    together = roster.treated(work, relationship_id)
    already = queries.entry_or_none(work, entry_id) if entry_id else None
    if already is not None:
        return _same(already, relationship_id)
    today = day_in(roster.zone_of(work, together.clinic_id), now)
    fitting = domain.fitting_parts(parts, [member.person_id for member in together.present])
    if together.state is RelationshipState.APART:
        domain.about_one(fitting)
    entry = work.add(
        Entry(
            clinic_id=together.clinic_id,
            id=entry_id or work.new_id(),
            relationship_id=relationship_id,
            author_id=work.actor.id,
            kind=kind,
            happened_on=domain.fitting_day(happened_on, today=today),
            written_at=now,
            latest=0,
        )
    )
    _revise(work, entry, happened_on=happened_on, parts=fitting, reason=None, now=now)
    if kind is Kind.SESSION:
        work.record(
            SessionRecorded(
                clinic_id=entry.clinic_id,
                occurred_at=now,
                relationship_id=relationship_id,
                entry_id=entry.id,
            )
        )
    return entry


def correct_entry(
    work: UnitOfWork,
    *,
    entry_id: UUID,
    seen: int,
    happened_on: date,
    parts: Parts,
    reason: str,
    now: datetime,
) -> Entry:
    """Add a later version of an entry; the earlier one stays, with the reason and the time.

    ``seen`` is the number of the version that was corrected. Raises Conflict when a later one is
    there already, NotFound, or a Refusal of ``domain``.
    """
    entry = queries.entry(work, entry_id)
    together = roster.treated(work, entry.relationship_id)
    if entry.latest != seen:
        raise Conflict
    today = day_in(roster.zone_of(work, together.clinic_id), now)
    written_about = queries.present_version(work, entry_id).parts
    _revise(
        work,
        entry,
        happened_on=domain.fitting_day(happened_on, today=today),
        parts=domain.fitting_parts(parts, list(written_about)),
        reason=domain.fitting_reason(reason),
        now=now,
    )
    return entry


def note_milestone(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    relationship_id: UUID,
    code: str,
    subject_id: UUID,
    now: datetime,
) -> None:
    """Put a line into a relationship's course of time."""
    row = Milestone(clinic_id=clinic_id, id=work.new_id(), at=now, code=code)
    row.relationship_id, row.subject_id = relationship_id, subject_id
    work.add(row)


def _same(entry: Entry, relationship_id: UUID) -> Entry:
    if entry.relationship_id != relationship_id:
        raise Conflict
    return entry


def _revise(
    work: UnitOfWork,
    entry: Entry,
    *,
    happened_on: date,
    parts: Parts,
    reason: str | None,
    now: datetime,
) -> None:
    entry.latest, entry.happened_on = entry.latest + 1, happened_on
    revision = Revision(
        clinic_id=entry.clinic_id,
        id=work.new_id(),
        entry_id=entry.id,
        relationship_id=entry.relationship_id,
        number=entry.latest,
        author_id=work.actor.id,
        happened_on=happened_on,
        written_at=now,
    )
    work.seal(revision, parts={str(member): dict(words) for member, words in parts.items()})
    work.seal(revision, reason=reason)
    work.add(revision)
