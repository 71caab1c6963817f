"""The listener: hears from the broker what is new, and repairs from the feed what is missing."""

from collections.abc import Callable, Sequence
from random import Random
from time import monotonic
from typing import Any

from kombu import Queue

from shared.contracts import BadEvent
from shared.contracts.streams import streams_for
from shared.errors import Unreachable
from shared.events import metrics
from shared.events.broker import BROKER_ERRORS, CONTENT_TYPE, Link
from shared.events.feed_client import Feeds, GenerationDiffers, Pruned
from shared.events.heard import Heard, read_envelope
from shared.events.inbox import Applied, Batch, Handler, Inbox, Place, Subscriptions
from shared.events.points import Reach, pass_by

PREFETCH = 50
MOST_EVENTS = 2_000
ANTI_ENTROPY_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0

__all__ = ["Batch", "Ear", "Handler", "Listener", "Repair", "Subscriptions"]


class Ear:
    """One consuming connection; what was not acknowledged comes again after a reconnect."""

    def __init__(self, connect: Callable[[], Link], queue: Queue, service: str, chance: Random):
        self._connect = connect
        self._queue = queue
        self._service = service
        self._chance = chance
        self._link: Link | None = None
        self._arrived: list[Any] = []
        self._try_at = float("-inf")
        self._pause = FIRST_PAUSE

    def hear(self, timeout: float) -> list[Heard]:
        """Return the events that have arrived, waiting up to ``timeout`` seconds for the first.

        There is no linger: what has arrived is taken, and nothing is waited for.
        """
        try:
            link = self._ready()
            if link is None:
                return []
            if link.drain(timeout):
                while len(self._arrived) < PREFETCH and link.drain(0.0):
                    pass
            link.beat()
        except BROKER_ERRORS:
            self.drop()
            return []
        return [heard for message in self._arrived for heard in self._read(message)]

    def acknowledge(self) -> None:
        """Let the broker forget what was heard; a lost acknowledgement is only a duplicate."""
        arrived, self._arrived = self._arrived, []
        try:
            if self._link is not None:
                self._link.acknowledge(arrived)
        except BROKER_ERRORS:
            self.drop()

    def drop(self) -> None:
        """Leave at once, and try again after a pause that grows to half a minute, with jitter."""
        if self._link is not None:
            self._link.drop()
        self._link, self._arrived = None, []
        self._try_at = monotonic() + self._pause * (0.5 + self._chance.random() / 2)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    @property
    def connected(self) -> bool:
        """Whether this ear hears at the moment."""
        return self._link is not None

    def _ready(self) -> Link | None:
        if self._link is None:
            if monotonic() < self._try_at:
                return None
            link = self._connect()
            self._link = link
            link.declare([self._queue])
            link.consume(self._queue, PREFETCH, self._arrived_one)
            self._pause = FIRST_PAUSE
            metrics.count(self._service, "reconnects", purpose="listener")
        return self._link

    def _arrived_one(self, message: Any) -> None:
        self._arrived.append(message)

    def _read(self, message: Any) -> Sequence[Heard]:
        try:
            return read_envelope(message.body, str(message.content_type), CONTENT_TYPE)
        except BadEvent as bad:
            metrics.count(self._service, "unreadable", code=bad.code)
            return []


class Repair:
    """Completes what this service knows from the feeds; safe from any thread at any time."""

    def __init__(self, inbox: Inbox, feeds: Feeds, service: str):
        self._inbox = inbox
        self._feeds = feeds
        self._service = service

    def read_up(self, place: Place) -> bool:
        """Apply everything that a partition holds; True when its head, as read, was reached.

        Raises Unreachable; a stopped or pruned partition answers False.
        """
        cursor = self._inbox.cursors().get(place)
        if cursor is None:
            return False
        generation = str(cursor.generation) if cursor.generation else None
        position = cursor.position
        while not cursor.stopped:
            try:
                page = self._feeds.page(*place, after=position, generation=generation)
            except (GenerationDiffers, Pruned):
                self.stop(place)
                return False
            if page.events:
                metrics.count(self._service, "repairs")
                self._inbox.apply(page.events, way="feed")
                position = page.events[-1].position
            if position >= page.head:
                return True
            if not page.events:
                return False
        return False

    def behind(self, teller: str) -> list[Place]:
        """Return the partitions of a teller whose head this service has not reached."""
        cursors = self._inbox.cursors()
        behind = []
        for place, (generation, head) in self._feeds.heads(teller).items():
            cursor = cursors.get(place)
            if cursor is None or cursor.stopped:
                continue
            metrics.show(self._service, "lag", head - cursor.position, stream=place[0])
            if cursor.generation and str(cursor.generation) != generation:
                self.stop(place)
            elif cursor.position < head:
                behind.append(place)
        return behind

    def stop(self, place: Place) -> None:
        """Stop hearing a partition of another generation, until an operator decides."""
        self._inbox.stop(place)
        metrics.show(self._service, "stopped", 1)


class Listener:
    """Hears all streams of a service, in one thread."""

    def __init__(
        self,
        service: str,
        inbox: Inbox,
        ears: Sequence[Ear],
        repair: Repair,
        *,
        reach: Reach = pass_by,
    ):
        self._service = service
        self._inbox = inbox
        self._ears = ears
        self._repair = repair
        self._reach = reach
        self._tellers = sorted({stream.teller for stream in streams_for(service)})
        self._look_at = dict.fromkeys(self._tellers, float("-inf"))
        inbox.open_cursors()

    def step(self, timeout: float = 0.0) -> int:
        """Hear what has arrived, repair what is missing, and return how many events applied."""
        applied = 0
        for nth, ear in enumerate(self._ears):
            heard = ear.hear(timeout if nth == 0 else 0.0)
            if heard:
                self._reach("listener.heard")
            for start in range(0, len(heard), MOST_EVENTS):
                outcome = self._inbox.apply(heard[start : start + MOST_EVENTS], way="broker")
                applied += outcome.applied + self._mend(outcome)
            ear.acknowledge()
            if heard:
                self._reach("listener.acknowledged")
        return applied + self.catch_up()

    def catch_up(self, *, now: bool = False) -> int:
        """Read the feeds of tellers that are due for it (every 5 s, or at once)."""
        read = 0
        for teller in self._tellers:
            if now or monotonic() >= self._look_at[teller]:
                self._look_at[teller] = monotonic() + ANTI_ENTROPY_SECONDS
                read += self._complete(teller)
        return read

    def put_off(self) -> None:
        """Leave the next look at the feeds for a full interval from now."""
        for teller in self._tellers:
            self._look_at[teller] = monotonic() + ANTI_ENTROPY_SECONDS

    @property
    def hearing(self) -> bool:
        """Whether at least one ear is connected, so that hearing itself waits."""
        return any(ear.connected for ear in self._ears)

    def stop(self) -> None:
        """Take nothing more, and leave the broker."""
        for ear in self._ears:
            ear.drop()

    def _mend(self, outcome: Applied) -> int:
        for place in outcome.stopped:
            self._repair.stop(place)
        for _ in outcome.gaps:
            metrics.count(self._service, "gaps")
        return sum(self._read_up(place) for place in outcome.gaps)

    def _complete(self, teller: str) -> int:
        try:
            return sum(self._read_up(place) for place in self._repair.behind(teller))
        except Unreachable:
            return 0

    def _read_up(self, place: Place) -> int:
        try:
            return int(self._repair.read_up(place))
        except Unreachable:
            return 0
