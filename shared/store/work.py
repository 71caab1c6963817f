"""A transaction that remembers what it should tell the other services."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from shared.auth.actors import Actor
from shared.contracts.event import Event
from shared.errors import NotFound
from shared.events import outbox, references
from shared.keys import KeyRing, Place
from shared.store.rows import ClinicRow

NewId = Callable[[], UUID]
Row = TypeVar("Row", bound=ClinicRow)
Added = TypeVar("Added")


class OutsideItsClinics(Exception):
    """A unit of work tried to write a row of a clinic that it was not opened for."""


class UnitOfWork:
    """A transaction opened for a named set of clinics and one actor.

    Rows of other clinics are neither read nor written. What ``record`` is given is told to the
    other services if and only if the transaction commits.
    """

    def __init__(
        self,
        session: Session,
        *,
        service: str,
        clinics: frozenset[UUID],
        actor: Actor,
        keys: KeyRing,
        new_id: NewId,
    ):
        self.session = session
        self.service = service
        self.clinics = clinics
        self.actor = actor
        self.new_id = new_id
        self.told = 0
        self._keys = keys
        session.info["clinics"] = clinics

    def get(self, model: type[Row], clinic_id: UUID, row_id: UUID) -> Row:
        """Return a row of one of this work's clinics, or refuse with NotFound."""
        row = self.session.get(model, (clinic_id, row_id)) if clinic_id in self.clinics else None
        if row is None:
            raise NotFound
        return row

    def add(self, row: Added) -> Added:
        """Keep a new row, and return it with its defaults filled in."""
        self.session.add(row)
        self.session.flush()
        return row

    def record(self, *events: Event) -> None:
        """Tell the other services, in this order, if and only if this transaction commits."""
        self._check_clinics(event.clinic_id for event in events)
        self.session.flush()
        outbox.append(self.session.connection(), self.service, events, self.new_id)
        self.told += len(events)

    def want(self, kind: str, *, clinic_id: UUID, subject_id: UUID, version: int) -> None:
        """Ask for content that an event only refers to; it is fetched outside any transaction."""
        self._check_clinics([clinic_id])
        reference = references.Reference(kind, clinic_id, subject_id, version)
        references.want(self.session.connection(), reference)

    def seal(self, row: Any, **values: Any) -> None:
        """Set sealed columns of a row that has its keys; values are anything that JSON can hold."""
        for column, value in values.items():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
            kept = None if value is None else self._keys.seal(place_of(row, column), text)
            setattr(row, column, kept)

    def open(self, row: Any, column: str) -> Any:
        """Return what a sealed column of a row holds; nothing stays None."""
        kept = getattr(row, column)
        return None if kept is None else json.loads(self._keys.open(place_of(row, column), kept))

    def _check_clinics(self, clinics: Iterable[UUID]) -> None:
        if not self.clinics.issuperset(clinics):
            raise OutsideItsClinics


def place_of(row: Any, column: str) -> Place:
    """Return where a sealed column of a row stands, from what the column declares."""
    table = inspect(type(row)).local_table
    declared = table.c[column].info
    return Place(
        clinic_id=getattr(row, "clinic_id", None),
        scope=declared["scope"],
        subject_id=getattr(row, declared["subject"]),
        table=table.name,
        column=column,
        row_id=row.id,
    )


def scope_to_clinics(state: ORMExecuteState) -> None:
    """Add "of these clinics" to every ORM statement on a table of clinic rows."""
    if state.is_select or state.is_update or state.is_delete:
        clinics = state.session.info["clinics"]
        state.statement = cast(Any, state.statement).options(
            with_loader_criteria(
                ClinicRow, lambda row: row.clinic_id.in_(clinics), include_aliases=True
            )
        )


def refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    """Refuse to flush a row of a clinic for which the work was not opened."""
    clinics = session.info["clinics"]
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, ClinicRow) and row.clinic_id not in clinics:
            raise OutsideItsClinics
