"""A transaction that remembers what it should tell the other services, and who looked at what."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from shared.audit.entries import Act, Looked, kind_of
from shared.auth.actors import Actor
from shared.contracts.event import Event
from shared.errors import NotFound
from shared.events import outbox, references
from shared.keys import HOUSE, KeyGone, KeyRing, Place, Scope
from shared.labels import ABOUT_CARE, Label
from shared.store.rows import ClaimRow, ClinicRow, LookupRow, OfClinic
from shared.tenancy import Reach, narrow

NewId = Callable[[], UUID]
Row = TypeVar("Row", bound=ClinicRow)
Added = TypeVar("Added")


class OutsideItsClinics(Exception):
    """A unit of work tried to write a row of a clinic that it was not opened for."""


class OutsideItsLabels(Exception):
    """A view tried to open sealed data that the matrix does not let it show."""


class UnitOfWork:
    """A transaction opened for a named set of clinics and one actor.

    Rows of other clinics are neither read nor written. What ``record`` is given is told to the
    other services if and only if the transaction commits. ``looked`` gathers what a person saw
    or changed, for the audit trail.
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
        reach: Reach = Reach.CLINICS,
    ):
        self.session = session
        self.service = service
        self.actor = actor
        self.keys = keys
        self.new_id = new_id
        self.told = 0
        self.looked: dict[Looked, None] = {}
        self._reach = reach
        self.open_for(clinics)

    def open_for(self, clinics: Iterable[UUID]) -> None:
        """Let the rest of this transaction see and change the rows of these clinics alone."""
        self.clinics = frozenset(clinics)
        self.session.info.update(clinics=self.clinics, reach=self._reach)
        narrow(self.session.connection(), self.clinics, self._reach)

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
            place = place_of(row, column)
            kept = None if value is None else self.keys.seal(place, text)
            setattr(row, column, kept)
            if self.actor.watched and _declared(type(row), column)["label"] in ABOUT_CARE:
                self._look(Act.WROTE, place)

    def open(self, row: Any, column: str) -> Any:
        """Return what a sealed column of a row holds; None for nothing, and for what was erased.

        Raises OutsideItsLabels where the actor's view may not show it, and Tampered.
        """
        label = _declared(type(row), column)["label"]
        if label is not Label.CREDENTIAL and label not in self.actor.opens:
            raise OutsideItsLabels(f"{self.actor.at}: {label}")
        kept = getattr(row, column)
        if kept is None:
            return None
        place = place_of(row, column)
        try:
            text = self.keys.open(place, kept)
        except KeyGone:
            return None
        if self.actor.watched and label in ABOUT_CARE:
            self._look(Act.READ, place)
        return json.loads(text)

    def note(
        self,
        act: Act,
        *,
        clinic_id: UUID = HOUSE,
        subject_id: UUID | None = None,
        kind: str = "",
        what: str = "",
        outcome: str = "done",
    ) -> None:
        """Put an act of its own into the audit trail, with this transaction."""
        self.looked[Looked(act, clinic_id, subject_id, kind, what, outcome)] = None

    def _look(self, act: Act, place: Place) -> None:
        kind = kind_of(place.scope)
        self.looked[Looked(act, place.clinic_id, place.subject_id, kind, place.table)] = None

    def _check_clinics(self, clinics: Iterable[UUID]) -> None:
        if not self.clinics.issuperset(clinics):
            raise OutsideItsClinics


def place_of(row: Any, column: str) -> Place:
    """Return where a sealed column of a row stands, from what the column declares."""
    declared = _declared(type(row), column)
    clinic_id = getattr(row, "clinic_id", HOUSE)
    scope = declared["scope"]
    subject = clinic_id if scope is Scope.CLINIC else getattr(row, declared["subject"])
    return Place(clinic_id, scope, subject, declared["table"], column, row.id)


_DECLARED: dict[tuple[type, str], dict[str, Any]] = {}


def _declared(kind: type, column: str) -> dict[str, Any]:
    """Return what a sealed column declares, and its table; worked out once."""
    found = _DECLARED.get((kind, column))
    if found is None:
        table: Any = inspect(kind).local_table
        found = _DECLARED[kind, column] = {**table.c[column].info, "table": table.name}
    return found


SCOPED: dict[Reach, tuple[type[OfClinic], ...]] = {
    Reach.CLINICS: (OfClinic,),
    Reach.LOOKUP: (ClinicRow, ClaimRow),
    Reach.CLAIMS: (ClinicRow, LookupRow),
    Reach.BACKBONE: (OfClinic,),
}
"""Which rows are those of the named clinics alone, for each reach; what PostgreSQL enforces too."""


def scope_to_clinics(state: ORMExecuteState) -> None:
    """Add "of these clinics" to every ORM statement on a table of a clinic's rows."""
    if state.is_select or state.is_update or state.is_delete:
        clinics = state.session.info["clinics"]
        scopes = [
            with_loader_criteria(kind, lambda row: row.clinic_id.in_(clinics), include_aliases=True)
            for kind in SCOPED[state.session.info["reach"]]
        ]
        state.statement = cast(Any, state.statement).options(*scopes)


def refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    """Refuse to flush a row of a clinic for which the work was not opened.

    Due work of any clinic may be marked as taken by work that claims it.
    """
    clinics, claims = session.info["clinics"], session.info["reach"] is Reach.CLAIMS
    for row in (*session.new, *session.dirty, *session.deleted):
        marked = claims and isinstance(row, ClaimRow) and row in session.dirty
        if isinstance(row, OfClinic) and row.clinic_id not in clinics and not marked:
            raise OutsideItsClinics
