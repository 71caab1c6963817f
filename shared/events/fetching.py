"""Fetching wanted content in pages, outside any transaction, and applying it by a use case."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from shared.auth.actors import system
from shared.errors import NotYetKnown, Unreachable
from shared.events.content import Reference, Wanting
from shared.events.feed_client import Feeds, GenerationDiffers, Pruned
from shared.events.lease import database_time
from shared.events.parking import PAUSES
from shared.events.tables import wanted
from shared.keys import KeyGone
from shared.store.store import Store

PAGE = 100


class Fetching:
    """Fetches what a service wants; a reference that fails is tried again after a growing pause."""

    def __init__(self, store: Store, feeds: Feeds, wanting: Sequence[Wanting]):
        self._store = store
        self._feeds = feeds
        self._wanting = {one.kind: one for one in wanting}

    def step(self) -> int:
        """Fetch one page of each kind that is due; return how many references were settled."""
        return sum(
            self._fetch(self._wanting[kind], references)
            for kind, references in self._due().items()
            if kind in self._wanting
        )

    def _due(self) -> dict[str, list[Reference]]:
        with self._store.engine.connect().execution_options(attune_reading=True) as connection:
            due = wanted.c.next_try_at <= database_time(connection)
            rows = connection.execute(select(wanted).where(due).limit(10 * PAGE)).all()
        references: dict[str, list[Reference]] = defaultdict(list)
        for row in rows:
            if len(references[row.kind]) < PAGE:
                references[row.kind].append(
                    Reference(row.kind, row.clinic_id, row.subject_id, row.version)
                )
        return references

    def _fetch(self, wanting: Wanting, references: Sequence[Reference]) -> int:
        teller = references[0].teller
        try:
            found = self._feeds.content(teller, wanting.kind, references)
        except (Unreachable, GenerationDiffers, Pruned):
            found = {}
        return sum(
            self._apply(wanting, reference, found[reference])
            if reference in found
            else self._later(reference)
            for reference in references
        )

    def _apply(self, wanting: Wanting, reference: Reference, content: dict[str, Any] | None) -> int:
        try:
            with self._store.unit_of_work(
                clinics={reference.clinic_id}, actor=system(self._store.service)
            ) as work:
                wanting.apply(work, reference, content)
                work.session.execute(
                    delete(wanted).where(_this(reference), wanted.c.version <= reference.version)
                )
        except NotYetKnown:
            return self._later(reference)
        except KeyGone:
            return self._forget(reference)
        return 1

    def _later(self, reference: Reference) -> int:
        with self._store.engine.begin() as connection:
            tries = select(wanted.c.tries).where(_this(reference))
            tried = connection.execute(tries.with_for_update()).scalar_one_or_none() or 0
            pause = PAUSES[min(tried, len(PAUSES) - 3)]
            connection.execute(
                update(wanted)
                .where(_this(reference))
                .values(tries=tried + 1, next_try_at=database_time(connection) + pause)
            )
        return 0

    def _forget(self, reference: Reference) -> int:
        """Want no more what was erased here: it cannot be kept, and others wait behind it."""
        with self._store.engine.begin() as connection:
            connection.execute(delete(wanted).where(_this(reference)))
        return 1


def pending(connection: Connection, kind: str, clinic_id: UUID, subject_id: UUID) -> bool:
    """Say whether content of a kind is still wanted for a subject; then what is here is stale."""
    here = _this(Reference(kind, clinic_id, subject_id, 0))
    return bool(connection.execute(select(func.count()).select_from(wanted).where(here)).scalar())


def _this(reference: Reference) -> Any:
    return (
        (wanted.c.kind == reference.kind)
        & (wanted.c.clinic_id == reference.clinic_id)
        & (wanted.c.subject_id == reference.subject_id)
    )
