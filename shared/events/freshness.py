"""Freshness is an act: before an effect, the actor itself completes a read of the feed.

No two clocks are compared. A proof is as old as the read that it began, by this process's own
monotonic clock; an effect starts within 4 s of it, or the actor reads again. A read that fails,
an event that is parked, content that is yet to come: each means no.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from sqlalchemy import Connection, select

from shared.contracts.streams import STREAMS
from shared.errors import Unreachable
from shared.events.inbox import Place
from shared.events.listener import Repair
from shared.events.tables import inbox_cursor, undelivered

GOOD_FOR_SECONDS = 4.0


@dataclass(frozen=True)
class Proof:
    """That these partitions were read to their head by a read begun at ``began`` (monotonic)."""

    began: float
    complete: frozenset[Place]
    ticks: Callable[[], float] = monotonic

    def holds(self, connection: Connection, stream: str, subject_id: UUID) -> bool:
        """Say whether what is known here about a subject may be acted on now.

        Call it in the transaction that writes "attempting".
        """
        place = (stream, STREAMS[stream].partition_of(subject_id))
        return (
            self.ticks() - self.began < GOOD_FOR_SECONDS
            and place in self.complete
            and not _parked(connection, stream, subject_id)
            and not _stopped(connection, place)
        )


class Freshness:
    """Proves that a service knows all that its tellers have committed."""

    def __init__(self, repair: Repair, ticks: Callable[[], float] = monotonic):
        self._repair = repair
        self._ticks = ticks

    def prove(self, concerned: Iterable[tuple[str, UUID]]) -> Proof:
        """Read up the partitions of these (stream, subject) pairs; what fails is left out."""
        began = self._ticks()
        places = {(stream, STREAMS[stream].partition_of(subject)) for stream, subject in concerned}
        complete = frozenset(place for place in sorted(places) if self._complete(place))
        return Proof(began, complete, self._ticks)

    def _complete(self, place: Place) -> bool:
        try:
            return self._repair.read_up(place)
        except Unreachable:
            return False


def _parked(connection: Connection, stream: str, subject_id: UUID) -> bool:
    here = (undelivered.c.stream == stream) & (undelivered.c.subject_id == subject_id)
    return connection.execute(select(undelivered.c.position).where(here)).first() is not None


def _stopped(connection: Connection, place: Place) -> bool:
    stream, partition = place
    here = (inbox_cursor.c.stream == stream) & (inbox_cursor.c.partition == partition)
    return bool(connection.execute(select(inbox_cursor.c.stopped).where(here)).scalar())
