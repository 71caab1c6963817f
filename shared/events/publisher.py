"""Publishing envelopes and waiting for their confirms, with a bookkeeping of our own.

kombu's ``confirm_publish`` waits for any confirm, not for that of its own message: after one
time-out a late confirm would be taken for the next message. Here every tag is counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from kombu import Producer

from shared.events.broker import BROKER_ERRORS, CONFIRM_SECONDS, CONTENT_TYPE, Link
from shared.events.points import Reach, pass_by

SICK_AFTER = 3
"""So many confirm time-outs in a row, with the connection itself answering, make a queue sick."""


@dataclass(frozen=True)
class Envelope:
    """Up to 100 consecutive events of one stream and partition, as one broker message."""

    stream: str
    partition: int
    first: int
    last: int
    body: str

    @property
    def message_id(self) -> str:
        """What names this envelope on the broker."""
        return f"{self.stream}/{self.partition}/{self.first}-{self.last}"


class Unconfirmed(Exception):
    """The broker did not take every message; ``reason`` is returned, nacked, timeout or broken."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Publisher:
    """Publishes to one exchange on behalf of one teller, reconnecting when it must."""

    def __init__(self, connect: Callable[[], Link], teller: str, *, reach: Reach = pass_by):
        self._connect = connect
        self._teller = teller
        self._reach = reach
        self._link: Link | None = None
        self._producer: Producer | None = None
        self._timeouts = 0
        self._sent = 0
        self._open: set[int] = set()
        self._refused = ""

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Publish all, and return once the broker has confirmed every one.

        Raises Unconfirmed; what was sent may then arrive twice, and listeners pass over it.
        """
        try:
            link = self._ready()
            for envelope in envelopes:
                self._send(link, envelope)
            self._reach("relay.published")
            self._await_confirms(link)
        except BROKER_ERRORS:
            self.drop()
            raise Unconfirmed("broken") from None
        except Unconfirmed as unconfirmed:
            self._give_up(unconfirmed.reason)
            raise
        self._timeouts = 0

    def beat(self) -> None:
        """Keep the connection alive while there is nothing to publish."""
        if self._link is not None:
            try:
                self._link.beat()
            except BROKER_ERRORS:
                self.drop()

    def drop(self) -> None:
        """Leave the broker at once."""
        if self._link is not None:
            self._link.drop()
        self._link = self._producer = None

    def _ready(self) -> Link:
        if self._link is None:
            link = self._connect()
            self._link = link
            queues = link.topology.queues_of(self._teller)
            if self._timeouts >= SICK_AFTER:
                link.redeclare(queues)
                self._timeouts = 0
            else:
                link.declare(queues)
            self._watch(link)
        return self._link

    def _watch(self, link: Link) -> None:
        self._producer = link.producer()
        self._sent, self._refused = 0, ""
        self._open.clear()
        if not link.in_process:
            link.channel.confirm_select()
            link.channel.events["basic_ack"].add(self._on_ack)
            link.channel.events["basic_nack"].add(self._on_nack)
            link.channel.events["basic_return"].add(self._on_return)

    def _send(self, link: Link, envelope: Envelope) -> None:
        assert self._producer is not None
        self._producer.publish(
            envelope.body,
            routing_key=link.topology.routing_key(envelope.stream, envelope.partition),
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=2,
            mandatory=True,
            message_id=envelope.message_id,
        )
        if not link.in_process:
            self._sent += 1
            self._open.add(self._sent)

    def _await_confirms(self, link: Link) -> None:
        until = monotonic() + CONFIRM_SECONDS
        while self._open and not self._refused:
            if monotonic() > until:
                raise Unconfirmed("timeout")
            before = len(self._open)
            link.drain(timeout=1)
            if len(self._open) < before:
                until = monotonic() + CONFIRM_SECONDS
        if self._refused:
            raise Unconfirmed(self._refused)

    def _give_up(self, reason: str) -> None:
        self._timeouts = self._timeouts + 1 if reason == "timeout" else 0
        self.drop()

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._open = {later for later in self._open if later > tag}
        else:
            self._open.discard(tag)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused = self._refused or "nacked"

    def _on_return(self, *_: Any) -> None:
        self._refused = self._refused or "returned"
