"""Sealing again what earlier versions of keys sealed, while others go on reading and writing.

Rows that someone is changing are passed over and come again, so that nobody waits for more than a
batch. It may be ended anywhere, and done by two at once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Select, Table, bindparam, func, or_, select, tuple_, update

from shared.auth.actors import system
from shared.columns import label_in
from shared.keys import HOUSE, KeyGone, KeyName, Place, Scope, Tampered
from shared.keys.ring import version_of
from shared.store.store import Store

AT_ONCE = 500
MOST_PASSES = 5

Rows = Sequence[Any]


class Resealing:
    """Seals the values of one clinic again; HOUSE stands for the rows that belong to none.

    ``earlier`` holds the versions of keys that still seal something, as the last look found them.
    """

    def __init__(self, store: Store, clinic_id: UUID):
        self.earlier: set[tuple[KeyName, int]] = set()
        self._store = store
        self._keys = store.keys
        self._clinic_id = clinic_id
        self._about: dict[str, Any] = {"clinics": {clinic_id}, "actor": system(store.service)}

    def number(self) -> int:
        """Return how many rows hold sealed values."""
        with self._store.reading(**self._about) as work:
            return sum(work.session.scalar(self._counted(table)) or 0 for table in self._tables())

    def run(self) -> Iterator[int]:
        """Do it, yielding after each batch how many rows were gone through."""
        for _ in range(MOST_PASSES):
            for table in self._tables():
                for rows in self._pages(table, self._seal_anew):
                    yield len(rows)
            self._look()
            if not self.earlier:
                return

    def _look(self) -> None:
        """Note which earlier versions still seal something; this waits for no one."""
        self.earlier.clear()
        for table in self._tables():
            for rows in self._pages(table, self._read):
                for column in _sealed_in(table):
                    self.earlier.update(self._by_earlier(column, rows))

    def _pages(self, table: Table, read: Callable[[Table, Any], Rows]) -> Iterator[Rows]:
        """Yield a table's rows, a batch at a time, as ``read`` returns them."""
        key = tuple(table.primary_key.columns)
        everything = self._here(select(table), table).order_by(*key).limit(AT_ONCE)
        rows = read(table, everything)
        while rows:
            yield rows
            last = tuple(rows[-1][part] for part in key)
            rows = read(table, everything.where(tuple_(*key) > last))

    def _read(self, _table: Table, asked: Select[Any]) -> Rows:
        with self._store.reading(**self._about) as work:
            return work.session.connection().execute(asked).mappings().all()

    def _seal_anew(self, table: Table, asked: Select[Any]) -> Rows:
        """Seal what earlier versions sealed in a batch of rows, and return the rows."""
        free = asked.with_for_update(key_share=True, skip_locked=True)
        with self._store.unit_of_work(**self._about) as work:
            connection = work.session.connection()
            rows = connection.execute(free).mappings().all()
            for column in _sealed_in(table):
                if changes := list(self._changes(column, rows)):
                    connection.execute(_change(column), changes)
        return rows

    def _changes(self, column: Column[Any], rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            sealed, place = row[column], _place(column, row)
            with suppress(KeyGone, Tampered):
                if sealed is not None and self._is_earlier(place.key, sealed):
                    anew = self._keys.seal(place, self._keys.open(place, sealed))
                    yield {**_which(column.table, row), "anew": anew}

    def _by_earlier(self, column: Column[Any], rows: Rows) -> Iterator[tuple[KeyName, int]]:
        for row in rows:
            sealed, name = row[column], _place(column, row).key
            with suppress(KeyGone, Tampered):
                if sealed is not None and self._is_earlier(name, sealed):
                    yield name, version_of(sealed)

    def _is_earlier(self, name: KeyName, sealed: bytes) -> bool:
        return version_of(sealed) != self._keys.newest(name).version

    def _tables(self) -> list[Table]:
        """Return the tables that hold sealed values of this clinic, or of none."""
        of_clinics = self._clinic_id != HOUSE
        every = self._store.metadata.sorted_tables
        return [one for one in every if _sealed_in(one) and ("clinic_id" in one.c) is of_clinics]

    def _counted(self, table: Table) -> Select[Any]:
        kept = or_(*(column.is_not(None) for column in _sealed_in(table)))
        return self._here(select(func.count()).select_from(table), table).where(kept)

    def _here(self, asked: Select[Any], table: Table) -> Select[Any]:
        """Narrow a question to this clinic; plain tables are not scoped by the unit of work."""
        if "clinic_id" not in table.c:
            return asked
        return asked.where(table.c.clinic_id == self._clinic_id)


def _sealed_in(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if label_in(column) is not None]


def _place(column: Column[Any], row: Any) -> Place:
    table, scope = column.table.c, column.info["scope"]
    clinic_id = row[table.clinic_id] if "clinic_id" in table else HOUSE
    subject = clinic_id if scope is Scope.CLINIC else row[table[column.info["subject"]]]
    return Place(clinic_id, scope, subject, column.table.name, column.name, row[table.id])


def _which(table: Any, row: Any) -> dict[str, Any]:
    return {f"of_{part.name}": row[part] for part in table.primary_key.columns}


def _change(column: Column[Any]) -> Any:
    key = column.table.primary_key.columns
    this = [part == bindparam(f"of_{part.name}") for part in key]
    return update(column.table).where(*this).values({column.name: bindparam("anew")})
