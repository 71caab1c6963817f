"""What is written already: each piece of the invented network is kept with its own note, at once.

The note stands in the same transaction as what it notes, so that whoever is ended half-way, even
by kill -9, goes on without doubling or missing anything.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Column, MetaData, String, Table, Text, insert, select

from deploy.network import Network
from shared.auth.actors import Actor, system
from shared.store import UnitOfWork

notes = MetaData()
seed_note = Table(
    "seed_note",
    notes,
    Column("key", String(120), primary_key=True),
    Column("result", Text, nullable=False),
)

Act = Callable[[UnitOfWork], Any]


class Ledger:
    """Writes each piece once; what came of it is remembered as JSON."""

    def __init__(self, services: Network):
        self._services = services
        self._known = {name: self._read(name) for name in services}

    def once(
        self,
        service: str,
        key: str,
        act: Act,
        *,
        clinics: Iterable[UUID] = (),
        actor: Actor | None = None,
    ) -> Any:
        """Do something in one transaction of a service, unless done; return what came of it."""
        known = self._known[service]
        if key not in known:
            store = self._services[service].store
            with store.unit_of_work(clinics=clinics, actor=actor or system(service)) as work:
                result = act(work)
                row = {"key": key, "result": json.dumps(result, default=str)}
                work.session.execute(insert(seed_note), [row])
            known[key] = json.loads(row["result"])
        return known[key]

    def has(self, service: str, key: str) -> bool:
        """Say whether a piece is written."""
        return key in self._known[service]

    def results(self, service: str, prefix: str) -> Mapping[str, Any]:
        """Return what came of the pieces whose key begins with a prefix, by the rest of the key."""
        known = self._known[service]
        return {key.removeprefix(prefix): known[key] for key in known if key.startswith(prefix)}

    def _read(self, name: str) -> dict[str, Any]:
        engine = self._services[name].store.engine
        notes.create_all(engine)
        with engine.connect().execution_options(attune_reading=True) as connection:
            return {
                row.key: json.loads(row.result) for row in connection.execute(select(seed_note))
            }
