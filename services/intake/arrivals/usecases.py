"""Taking in a list of people: all of it or nothing, and twice is the same as once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from services.intake.arrivals import domain
from services.intake.arrivals.domain import Arrivals, Row
from services.intake.arrivals.models import WaitingFile
from services.intake.consent import queries as consent_queries
from services.intake.consent import usecases as consent
from services.intake.directory.models import Clinic
from services.intake.people import queries, usecases
from services.intake.people.domain import NewMember
from services.intake.people.models import Member, Person, Relationship
from shared.store import UnitOfWork

WAITS_FOR = timedelta(hours=1)
CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a file changes: relationships opened, people joined, and what became of known people.

    ``kept`` counts contact cards that were confirmed with the person alone: a file never changes
    those. ``papers`` counts consents on paper that were not noted before; they permit nothing.
    """

    opened: int = 0
    joined: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    papers: int = 0


def import_people(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    clinician_id: UUID,
    arrivals: Arrivals,
    now: datetime,
    dry_run: bool = False,
) -> Outcome:
    """Take in what ``read_arrivals`` returned, and say what changed; a dry run changes nothing.

    New relationships get this clinician. Known people, found again by the keys of the file, are
    changed where the file differs. Raises FileNotUsable when the file has mistakes,
    NotAClinicianHere, AddressShared.
    """
    if arrivals.mistakes:
        raise domain.FileNotUsable
    usecases.check_clinician(work, clinic_id, clinician_id)
    taking = _Taking(work, clinic_id, clinician_id, now, dry_run)
    keyed = {taking.key(name): rows for name, rows in arrivals.groups.items()}
    known = _known_relationships(work, keyed)
    members = _people_by_key(work, Member.relationship_id, [one.id for one in known.values()])
    for key, rows in keyed.items():
        relationship = known.get(key)
        if relationship is None:
            taking.open(key, rows)
        else:
            taking.compare(relationship, members, rows)
    taking.note_papers(arrivals.rows)
    return taking.outcome


def bring_file(
    work: UnitOfWork, *, clinic_id: UUID, clinician_id: UUID, text: str, now: datetime
) -> WaitingFile:
    """Keep a file until someone confirms it; files that waited too long are deleted."""
    work.session.execute(delete(WaitingFile).where(WaitingFile.brought_at < now - WAITS_FOR))
    row = WaitingFile(
        clinic_id=clinic_id,
        id=work.new_id(),
        clinician_id=clinician_id,
        brought_by=work.actor.id,
        brought_at=now,
    )
    work.seal(row, content=text)
    return work.add(row)


def confirm_file(work: UnitOfWork, *, file_id: UUID, now: datetime) -> Outcome:
    """Take in a file that waits, and delete it. Raises NothingWaits."""
    query = select(WaitingFile).where(
        WaitingFile.id == file_id,
        WaitingFile.brought_by == work.actor.id,
        WaitingFile.brought_at >= now - WAITS_FOR,
    )
    row = work.session.scalar(query.with_for_update())
    if row is None:
        raise domain.NothingWaits
    arrivals = domain.read_arrivals(str(work.open(row, "content")))
    work.session.delete(row)
    return import_people(
        work, clinic_id=row.clinic_id, clinician_id=row.clinician_id, arrivals=arrivals, now=now
    )


class _Taking:
    """One pass over a file."""

    def __init__(
        self,
        work: UnitOfWork,
        clinic_id: UUID,
        clinician_id: UUID,
        now: datetime,
        dry_run: bool,
    ):
        self.work = work
        self.clinic = work.get(Clinic, clinic_id, clinic_id)  # kept, or it is read for each row
        self.clinic_id = clinic_id
        self.clinician_id = clinician_id
        self.now = now
        self.dry_run = dry_run
        self.outcome = Outcome()

    def key(self, relationship: str, member: str = "") -> bytes:
        """Return the hash under which a relationship or a member of the file is known again."""
        text = f"arrival:{relationship.casefold()}\x1f{member.casefold()}"
        return queries.keyed_hash(self.work, self.clinic_id, text)

    def open(self, key: bytes, rows: Sequence[Row]) -> None:
        """Open a relationship with all its members."""
        self._count(opened=1, joined=len(rows))
        if self.dry_run:
            return
        usecases.open_relationship(
            self.work,
            clinic_id=self.clinic_id,
            clinician_id=self.clinician_id,
            members=[self._member(row) for row in rows],
            label=next((row.label for row in rows if row.label), None),
            key=key,
            and_then=consent.pause_at_joining,
            now=self.now,
        )

    def compare(
        self, relationship: Relationship, known: Mapping[bytes, Person], rows: Sequence[Row]
    ) -> None:
        """Let new members join a known relationship, and change what the file says anew."""
        for row in rows:
            person = known.get(self.key(row.relationship, row.member))
            if person is not None:
                self._change(person, row)
                continue
            self._count(joined=1)
            if not self.dry_run:
                usecases.add_member(
                    self.work,
                    relationship_id=relationship.id,
                    member=self._member(row),
                    and_then=consent.pause_at_joining,
                    now=self.now,
                )

    def note_papers(self, rows: Sequence[Row]) -> None:
        """Note what people once signed on paper, so that they are asked anew."""
        signed = {self.key(row.relationship, row.member): row.paper for row in rows if row.paper}
        people = _people_by_key(self.work, Member.external_key, list(signed))
        noted = consent_queries.noted_on_paper(self.work, [person.id for person in people.values()])
        for key, purposes in signed.items():
            person = people.get(key)
            self._count(papers=len(set(purposes) - (noted[person.id] if person else set())))
            if person is not None and not self.dry_run:
                consent.note_paper(
                    self.work,
                    clinic_id=self.clinic_id,
                    person_id=person.id,
                    purposes=purposes,
                    now=self.now,
                )

    def _change(self, person: Person, row: Row) -> None:
        if person.erased_at is not None:
            self._count(unchanged=1)
            return
        card = queries.cards_of(self.work, [person.id]).get(person.id)
        before = queries.contact_of(self.work, card)
        contact = replace(before, email=row.contact.email, windows=row.contact.windows)
        if card is not None and card.confirmed_on is not None and contact != before:
            self._count(kept=1)
            contact = before
        if queries.details_of(self.work, person) == row.details and contact == before:
            self._count(unchanged=1)
            return
        self._count(changed=1)
        if not self.dry_run:
            usecases.import_details(
                self.work, person=person, details=row.details, contact=contact, now=self.now
            )

    def _member(self, row: Row) -> NewMember:
        key = self.key(row.relationship, row.member)
        return NewMember(details=row.details, contact=row.contact, key=key, not_asked=row.not_asked)

    def _count(self, **more: int) -> None:
        added = {name: getattr(self.outcome, name) + count for name, count in more.items()}
        self.outcome = replace(self.outcome, **added)


def _known_relationships(work: UnitOfWork, keys: Collection[bytes]) -> dict[bytes, Relationship]:
    found: dict[bytes, Relationship] = {}
    every = list(keys)
    for start in range(0, len(every), CHUNK):
        query = select(Relationship).where(
            Relationship.external_key.in_(every[start : start + CHUNK])
        )
        for one in work.session.scalars(query):
            if one.external_key is not None:
                found[one.external_key] = one
    return found


def _people_by_key(work: UnitOfWork, column: Any, values: Sequence[Any]) -> dict[bytes, Person]:
    """Return people by the key that the file has for them; ``column`` of Member is one of these."""
    found: dict[bytes, Person] = {}
    for start in range(0, len(values), CHUNK):
        query = (
            select(Member.external_key, Person)
            .join(Person, (Person.clinic_id == Member.clinic_id) & (Person.id == Member.person_id))
            .where(column.in_(values[start : start + CHUNK]))
        )
        found.update(
            {key: person for key, person in work.session.execute(query) if key is not None}
        )
    return found
