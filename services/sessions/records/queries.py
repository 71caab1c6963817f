"""What the progress log says, and what happened around it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from services.sessions.records import domain
from services.sessions.records.domain import Kind, Part
from services.sessions.records.models import Entry, Milestone, Revision
from services.sessions.roster import queries as roster
from services.sessions.roster.domain import day_in
from shared.auth.actors import Role
from shared.errors import NotFound
from shared.store import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Version:
    """What an entry says, or said once: the same parts for every member."""

    entry_id: UUID
    number: int
    latest: int
    kind: Kind
    happened_on: date
    written_at: datetime
    author_id: UUID | None
    first_author_id: UUID | None
    reason: str
    parts: Mapping[UUID, Mapping[Part, str]]

    @property
    def corrected(self) -> bool:
        """Whether an earlier version stands behind this one."""
        return self.number > 1


def entry(work: UnitOfWork, entry_id: UUID) -> Entry:
    """Return an entry of this work's clinics. Raises NotFound."""
    found = entry_or_none(work, entry_id)
    if found is None:
        raise NotFound
    return found


def entry_in(work: UnitOfWork, relationship_id: UUID, entry_id: UUID) -> Entry:
    """Return an entry of a relationship. Raises NotFound, also for one of another relationship."""
    found = entry(work, entry_id)
    if found.relationship_id != relationship_id:
        raise NotFound
    return found


def entry_or_none(work: UnitOfWork, entry_id: UUID) -> Entry | None:
    """Return an entry of this work's clinics, if there is one."""
    return work.session.scalar(select(Entry).where(Entry.id == entry_id))


def log_of(work: UnitOfWork, relationship_id: UUID) -> list[Version]:
    """Return what each entry of a relationship says now, the latest day first."""
    rows = work.session.execute(
        select(Entry, Revision)
        .join(
            Revision,
            (Revision.clinic_id == Entry.clinic_id)
            & (Revision.entry_id == Entry.id)
            & (Revision.number == Entry.latest),
        )
        .where(Entry.relationship_id == relationship_id)
        .order_by(Entry.happened_on.desc(), Entry.written_at.desc(), Entry.id)
    )
    return [_version(work, entry, revision) for entry, revision in rows]


def versions_of(work: UnitOfWork, entry_id: UUID) -> list[Version]:
    """Return every version of an entry, the latest first.

    Only its author and auditors may look back (REC-07); NotFound for everybody else.
    """
    found = entry(work, entry_id)
    if work.actor.id != found.author_id and work.actor.role is not Role.AUDITOR:
        raise NotFound
    rows = work.session.scalars(
        select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number.desc())
    )
    return [_version(work, found, revision) for revision in rows]


def present_version(work: UnitOfWork, entry_id: UUID) -> Version:
    """Return what an entry says now, to the clinician who treats the relationship."""
    found = entry(work, entry_id)
    roster.treated(work, found.relationship_id)
    revision = work.session.scalar(
        select(Revision).where(Revision.entry_id == entry_id, Revision.number == found.latest)
    )
    if revision is None:
        raise NotFound
    return _version(work, found, revision)


def milestones_of(work: UnitOfWork, relationship_id: UUID) -> Sequence[Milestone]:
    """Return the other lines of a relationship's course of time, oldest first."""
    wanted = select(Milestone).where(Milestone.relationship_id == relationship_id)
    return work.session.scalars(wanted.order_by(Milestone.at, Milestone.id)).all()


def last_entries(
    work: UnitOfWork, relationships: Collection[UUID]
) -> dict[UUID, tuple[date, datetime]]:
    """Return, for each relationship with an entry, its last day and when it was last written to."""
    rows = work.session.execute(
        select(Entry.relationship_id, func.max(Entry.happened_on), func.max(Entry.written_at))
        .where(Entry.relationship_id.in_(relationships))
        .group_by(Entry.relationship_id)
    )
    return {about: (day, written) for about, day, written in rows}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something short that happened: a code, a moment, and who it came from or went to, if one."""

    code: str
    at: datetime
    on: date
    person_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week of a relationship, from its Monday: what was written, and what went to and fro."""

    monday: date
    entries: Sequence[Version]
    lines: Sequence[Line]

    @property
    def sunday(self) -> date:
        """The week's last day."""
        return self.monday + timedelta(days=6)

    def of(self, person_id: UUID | None) -> Sequence[Line]:
        """Return the lines of one member, or those that concern all."""
        return [line for line in self.lines if line.person_id == person_id]

    @property
    def size(self) -> int:
        """How many things the week shows."""
        return len(self.entries) + len(self.lines)


def course_of(work: UnitOfWork, together: roster.Together) -> list[Week]:
    """Return a relationship's course, the latest week first, in days of the clinic's zone."""
    zone = roster.zone_of(work, together.clinic_id)
    about = together.relationship_id
    entries = domain.by_week((one.happened_on, one) for one in log_of(work, about))
    lines = domain.by_week((line.on, line) for line in _lines_of(work, about, zone))
    return [
        Week(monday=monday, entries=entries.get(monday, []), lines=lines.get(monday, []))
        for monday in sorted({*entries, *lines}, reverse=True)
    ]


def _lines_of(work: UnitOfWork, about: UUID, zone: str) -> list[Line]:
    """Return the short lines of a relationship, the latest first."""
    happened: list[tuple[str, datetime, UUID | None]] = [
        *(
            ("checkin.received", one.received_at, one.person_id)
            for one in roster.forms_of(work, about)
        ),
        *(
            (f"message.{one.outcome}", one.settled_at, one.person_id)
            for one in roster.deliveries_of(work, about)
        ),
        *((one.code, one.at, None) for one in milestones_of(work, about)),
    ]
    latest_first = sorted(happened, key=lambda one: one[1], reverse=True)
    return [
        Line(code=code, at=at, on=day_in(zone, at), person_id=person)
        for code, at, person in latest_first
    ]


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What is new with one relationship since its last entry."""

    together: roster.Together
    last_on: date | None
    checkins: int
    messages: int


def today_of(work: UnitOfWork, clinician_id: UUID) -> list[Glance]:
    """Return a glance at each relationship that a clinician treats, by name and nothing else."""
    treated = roster.treated_by(work, clinician_id)
    ids = [one.relationship_id for one in treated]
    last = last_entries(work, ids)
    written = {about: at for about, (_, at) in last.items()}
    received = roster.received_since(work, written, ids)
    return [
        Glance(
            together=one,
            last_on=last[one.relationship_id][0] if one.relationship_id in last else None,
            checkins=received[one.relationship_id][0],
            messages=received[one.relationship_id][1],
        )
        for one in treated
    ]


def _version(work: UnitOfWork, entry: Entry, revision: Revision) -> Version:
    parts = work.open(revision, "parts") or {}
    return Version(
        entry_id=entry.id,
        number=revision.number,
        latest=entry.latest,
        kind=entry.kind,
        happened_on=revision.happened_on,
        written_at=revision.written_at,
        author_id=revision.author_id,
        first_author_id=entry.author_id,
        reason=work.open(revision, "reason") or "",
        parts={
            UUID(member): {part: words.get(part, "") for part in Part}
            for member, words in parts.items()
        },
    )
