"""The ledger of consent: revisions are added, never changed, and each is chained to the last.

A service keeps its ledger in a table of its own, made from ``RevisionRow``; or, where what was said
may not lie open, from ``SealedRevisionRow`` (shared/consent/sealed.py). Both are ``ChainRow``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from secrets import token_bytes
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth.actors import system
from shared.columns import holding
from shared.consent.decision import Said
from shared.consent.purposes import kind_of
from shared.consent.revision import Revision, digest_of, plain
from shared.consent.terms import Method, Setting, State, check_span
from shared.consent.texts import Text
from shared.errors import Conflict, Refusal
from shared.keys import inventory
from shared.labels import DataClass
from shared.store import ClinicRow, Store, UnitOfWork

BEGINNING = "0" * 64
READ_AT_ONCE = 1_000
Chance = Callable[[int], bytes]
HASHED = (
    "clinic_id",
    "id",
    "person_id",
    "position",
    "purpose",
    "revision",
    "state",
    "decided_at",
    "valid_from",
    "valid_until",
    "template",
    "text_version",
    "locale",
    "text_hash",
    "method",
    "setting",
    "recorded_by",
    "witnessed_by",
    "recorded_at",
    "previous_hash",
)
"""What the hash of a revision in the open covers: all of it."""


class OutOfOrder(Conflict):
    """Something that was said later is kept already. Look at it first."""


class NotAsKept(Conflict):
    """What is kept of their consent was changed from outside, and proves nothing. Tell an admin."""


class TextOfAnotherPurpose(Refusal):
    """This text asks about something else."""


class ChainRow(ClinicRow):
    """One revision in the chain of a person, whatever a ledger shows of what was said.

    ``revision`` counts per person and purpose, ``position`` per person; both start at 1.
    """

    HASHED: ClassVar[tuple[str, ...]]
    """The columns that its hash covers."""

    person_id: Mapped[UUID]
    position: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(80), info=holding(DataClass.CODE))
    revision: Mapped[int]
    recorded_at: Mapped[datetime]
    previous_hash: Mapped[str] = mapped_column(String(64), info=holding(DataClass.DIGEST))
    hash: Mapped[str] = mapped_column(String(64), info=holding(DataClass.DIGEST))

    def fill(self, work: UnitOfWork, values: Mapping[str, Any], *, chance: Chance) -> None:
        """Set everything but the hash."""
        raise NotImplementedError

    def read(self, work: UnitOfWork) -> "Kept | None":
        """Return the act of consent; None for what was erased for good."""
        raise NotImplementedError

    def is_whole(self, work: UnitOfWork) -> bool:
        """Say whether what the hash covers only by a commitment is as it was kept too."""
        raise NotImplementedError


class RevisionRow(ChainRow):
    """One act of consent in the open: who, for what, what was shown and said, how and when.

    ``recorded_by`` and ``witnessed_by`` are staff; nobody recorded what a person did themselves.
    """

    HASHED = HASHED

    state: Mapped[State]
    decided_at: Mapped[datetime]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    template: Mapped[str] = mapped_column(String(80), info=holding(DataClass.CODE))
    text_version: Mapped[int]
    locale: Mapped[str] = mapped_column(String(35), info=holding(DataClass.CODE))
    text_hash: Mapped[str] = mapped_column(String(64), info=holding(DataClass.DIGEST))
    method: Mapped[Method]
    setting: Mapped[Setting]
    recorded_by: Mapped[UUID | None]
    witnessed_by: Mapped[UUID | None]

    def fill(self, work: UnitOfWork, values: Mapping[str, Any], *, chance: Chance) -> None:
        """Set everything but the hash."""
        for name, value in values.items():
            setattr(self, name, value)

    def read(self, work: UnitOfWork) -> "RevisionRow":
        """Return the act of consent, which is the row itself."""
        return self

    def is_whole(self, work: UnitOfWork) -> bool:
        """Say that nothing of it stands outside the hash."""
        return True

    def said(self) -> Said:
        """Return what the decision needs to know of this revision."""
        return Said(
            revision=self.revision,
            state=self.state,
            text_version=self.text_version,
            decided_at=self.decided_at,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person said about one purpose; a yes holds from ``valid_from`` to ``valid_until``."""

    state: State
    decided_at: datetime
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How we know: the way it was said, where, and which staff wrote it down or stood by."""

    method: Method
    setting: Setting
    recorded_by: UUID | None = None
    witnessed_by: UUID | None = None


Row = TypeVar("Row", bound=ChainRow)
Kept = RevisionRow | Revision
"""An act of consent as it is read out of a ledger."""


def append(
    work: UnitOfWork,
    kind: type[Row],
    *,
    clinic_id: UUID,
    person_id: UUID,
    purpose: str,
    text: Text,
    act: Act,
    evidence: Evidence,
    now: datetime,
    chance: Chance = token_bytes,
) -> Row:
    """Add a revision after the person's last one, and return it.

    Raises BeyondTerms for a yes that has no end or too late a one, OutOfOrder for what was said
    before what is kept, UnknownPurpose and TextOfAnotherPurpose. Hold a lock on the person.
    """
    before = history(work, kind, clinic_id=clinic_id, person_id=person_id)
    check_act(act, purpose=purpose, text=text, before=_said_before(work, before, purpose))
    values = {
        "clinic_id": clinic_id,
        "id": work.new_id(),
        "person_id": person_id,
        "position": len(before) + 1,
        "purpose": purpose,
        "revision": sum(earlier.purpose == purpose for earlier in before) + 1,
        "state": act.state,
        "decided_at": act.decided_at,
        "valid_from": act.valid_from,
        "valid_until": act.valid_until,
        "template": text.template,
        "text_version": text.version,
        "locale": text.locale,
        "text_hash": text.hash,
        "method": evidence.method,
        "setting": evidence.setting,
        "recorded_by": evidence.recorded_by,
        "witnessed_by": evidence.witnessed_by,
        "recorded_at": now,
        "previous_hash": before[-1].hash if before else BEGINNING,
    }
    row = kind()
    row.fill(work, values, chance=chance)
    row.hash = hash_of(row)
    return work.add(row)


def check_act(act: Act, *, purpose: str, text: Text, before: Sequence[Said]) -> None:
    """Return quietly when an act may follow what was said before; raises as ``append`` does."""
    kind = kind_of(purpose)
    if text.purpose != kind.code:
        raise TextOfAnotherPurpose
    if act.state is State.GIVEN:
        check_span(act.valid_from, act.valid_until, longest=kind.longest)
    if any(said.decided_at > act.decided_at for said in before):
        raise OutOfOrder


def history(
    work: UnitOfWork, kind: type[Row], *, clinic_id: UUID, person_id: UUID
) -> Sequence[Row]:
    """Return all revisions of a person, oldest first."""
    query = (
        select(kind)
        .where(kind.clinic_id == clinic_id, kind.person_id == person_id)
        .order_by(kind.position)
    )
    return work.session.scalars(query).all()


def said_about(rows: Iterable[Kept], purpose: str) -> list[Said]:
    """Return what was said about one purpose."""
    return [row.said() for row in rows if row.purpose == purpose]


def _said_before(work: UnitOfWork, rows: Iterable[ChainRow], purpose: str) -> list[Said]:
    acts = (row.read(work) for row in rows if row.purpose == purpose)
    return [act.said() for act in acts if act is not None]


def hash_of(row: ChainRow) -> str:
    """Return the hash that chains a revision to the one before it."""
    return digest_of({name: plain(getattr(row, name)) for name in row.HASHED})


def broken(store: Store, kind: type[Row]) -> Iterator[tuple[UUID, UUID, int]]:
    """Yield (clinic, person, position) of every chain of a ledger that is not as it was kept.

    A chain that lost its end is whole by itself: that is seen in what was told of it.
    """
    for clinic_id in sorted(inventory.clinics(store.keys.store)):
        with store.reading(clinics={clinic_id}, actor=system(store.service)) as work:
            rows = work.session.scalars(
                select(kind)
                .where(kind.clinic_id == clinic_id)
                .order_by(kind.person_id, kind.position)
                .execution_options(yield_per=READ_AT_ONCE)
            )
            for person_id, chain in groupby(rows, key=lambda row: row.person_id):
                position = first_break(list(chain), work)
                if position is not None:
                    yield clinic_id, person_id, position


def check_whole(rows: Sequence[ChainRow], work: UnitOfWork | None = None) -> None:
    """Raise NotAsKept where one person's chain is broken."""
    if first_break(rows, work) is not None:
        raise NotAsKept


def first_break(rows: Sequence[ChainRow], work: UnitOfWork | None = None) -> int | None:
    """Return the first position at which one person's chain is broken; None when it is whole.

    With ``work`` what is sealed in it is opened and compared too.
    """
    before = BEGINNING
    for position, row in enumerate(rows, start=1):
        if (row.position, row.previous_hash, row.hash) != (position, before, hash_of(row)):
            return position
        if work is not None and not row.is_whole(work):
            return position
        before = row.hash
    return None
