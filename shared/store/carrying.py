"""Everything that a service keeps of one clinic, opened from its seals, to be taken elsewhere."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table, inspect, select
from sqlalchemy.orm import DeclarativeBase

from shared.audit.tables import audit_entry
from shared.columns import label_in
from shared.keys import Label
from shared.store.rows import OfClinic
from shared.store.store import Store
from shared.store.work import UnitOfWork

AT_ONCE = 500
Kind = TypeVar("Kind")
ERASED = "erased"
"""Stands where the key of a value was destroyed."""


def kinds_of_rows(store: Store, of: type[Kind]) -> list[type[Kind]]:
    """Return the kinds of rows that a service keeps and that are such, in their tables' order."""
    tables = store.metadata.sorted_tables
    found, bases = [], list(DeclarativeBase.__subclasses__())
    while bases:
        base = bases.pop()
        bases += base.__subclasses__()
        if issubclass(base, of) and getattr(base, "__table__", None) in tables:
            found.append(base)
    return sorted(found, key=lambda kind: tables.index(_table(kind)))


def name_of(kind: type[OfClinic]) -> str:
    """Return the name of the table that holds this kind of rows."""
    return _table(kind).name


def lines_of(work: UnitOfWork, kind: type[OfClinic]) -> Iterator[str]:
    """Yield each row of this work's clinics as one line of JSON; secrets of our own stay behind."""
    table = _table(kind)
    every = select(kind).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)
    for row in work.session.scalars(every):
        yield _json({column.key: _value(work, row, column) for column in _carried(table)})
        work.session.expunge(row)


def trail_of(work: UnitOfWork) -> Iterator[str]:
    """Yield each line of the audit trail of this work's clinics as one line of JSON."""
    here = audit_entry.c.clinic_id.in_(work.clinics)
    every = (
        select(audit_entry).where(here).order_by(audit_entry.c.clinic_id, audit_entry.c.position)
    )
    for row in work.session.execute(every.execution_options(yield_per=AT_ONCE)).mappings():
        yield _json(dict(row))


def _table(kind: type[Any]) -> Table:
    table: Any = inspect(kind).local_table
    found: Table = table
    return found


def _carried(table: Table) -> list[Any]:
    return [column for column in table.columns if label_in(column) is not Label.CREDENTIAL]


def _value(work: UnitOfWork, row: OfClinic, column: Any) -> Any:
    kept = getattr(row, column.key)
    if label_in(column) is None or kept is None:
        return kept
    opened = work.open(row, column.key)
    return ERASED if opened is None else opened


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
