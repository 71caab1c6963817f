"""A rotation of one service's keys, step by step: the root, the clinics' keys, every value.

Readers and writers go on meanwhile. Earlier versions are emptied by a later run, once no process
can seal with them any more (``SETTLES_WITHIN``).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Select

from shared.audit import Act
from shared.events.points import Reach, pass_by
from shared.keys import Scope, inventory, rotation
from shared.keys.rotation import Depth, Rotation
from shared.keys.store import Wrapped
from shared.store.ending import keeper
from shared.store.resealing import Resealing
from shared.store.store import Store

POINTS = ("keys.begun", "keys.rewrapped", "keys.renewed", "keys.resealed", "keys.forgotten")
"""Where a crash test may end it."""


class Step(NamedTuple):
    """What is being done, and how much of how much."""

    says: str
    done: int
    total: int


class Rotating:
    """One run over the keys of a service; a run that was ended is taken up by the next.

    After ``steps``, ``emptied`` says how many earlier versions went, and ``again_at`` when to run
    again so that the rest goes: None where all is done.
    """

    _found: Rotation

    def __init__(self, store: Store, depth: Depth, *, reach: Reach = pass_by):
        self.emptied = 0
        self.again_at: datetime | None = None
        self._store = store
        self._ring = store.keys
        self._depth = depth
        self._reach = reach

    def steps(self) -> Iterator[Step]:
        """Do it, yielding after each batch how far it is."""
        self._begin()
        self._reach("keys.begun")
        roots = inventory.under_other_roots(self._ring.root.newest)
        yield from self._rewrapped("Under the newest root key", roots)
        if self._found.depth is not Depth.ROOT:
            yield from self._renewed("New keys of clinics", [Scope.WRAPPING])
            yield from self._rewrapped("Under them all others", inventory.under_earlier_keys())
        if self._found.depth is Depth.ALL:
            yield from self._renewed("New keys of people", inventory.DATA)
        self._found = rotation.all_renewed(self._ring.store, self._found, now=self._ring.now())
        if self._found.depth is Depth.ALL:
            yield from self._values()
        self._end()

    def _begin(self) -> None:
        with self._store.unit_of_work(clinics=(), actor=keeper(self._store.service)) as work:
            work.note(Act.KEY_RENEWED, what=self._depth)
        now = self._ring.now()
        self._found = rotation.begin(self._ring.store, self._depth, now=now)
        self._settled = self._found.has_settled(now)

    def _rewrapped(self, says: str, asked: Select[Any]) -> Iterator[Step]:
        total = inventory.number(self._ring.store, asked)
        yield from self._counted(says, total, rotation.rewrap(self._ring, asked), "keys.rewrapped")

    def _renewed(self, says: str, scopes: Sequence[Scope]) -> Iterator[Step]:
        before = self._found.begun_at
        total = inventory.number(self._ring.store, inventory.made_before(before, scopes))
        work = rotation.renew(self._ring, scopes, before=before)
        yield from self._counted(says, total, work, "keys.renewed")

    def _values(self) -> Iterator[Step]:
        """Seal every value again, clinic by clinic, and empty the versions that then seal none."""
        every = [Resealing(self._store, one) for one in inventory.clinics(self._ring.store)]
        total = sum(one.number() for one in every)
        work = chain.from_iterable(one.run() for one in every)
        yield from self._counted("Values sealed again", total, work, "keys.resealed")
        if self._settled:
            still = set().union(*(one.earlier for one in every))
            for batch in inventory.batches(self._ring.store, inventory.earlier(inventory.DATA)):
                idle = [one for one in batch if (one.name, one.version) not in still]
                self._forget(idle)

    def _forget(self, idle: Sequence[Wrapped]) -> None:
        self.emptied += rotation.forget(self._ring, idle)
        self._reach("keys.forgotten")

    def _end(self) -> None:
        """Empty what settled, and say when to come again for what did not."""
        if not self._settled and self._found.depth is not Depth.ROOT:
            self.again_at = self._found.settled_at
            return
        for batch in inventory.batches(self._ring.store, inventory.idle_wrapping()):
            self._forget(batch)
        rotation.finish(self._ring.store, self._found, now=self._ring.now())

    def _counted(self, says: str, total: int, work: Iterable[int], point: str) -> Iterator[Step]:
        done = 0
        yield Step(says, done, total)
        for number in work:
            done += number
            self._reach(point)
            yield Step(says, min(done, total), total)
