"""A service, assembled: what its web process and its worker need to run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from shared.clock import Clock
from shared.events.content import Wanting
from shared.events.feed_client import Feeds
from shared.events.freshness import Freshness
from shared.events.inbox import Inbox, Subscriptions
from shared.events.listener import Repair
from shared.settings import Settings
from shared.store import Store


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something the clock sets off: idempotent, and safe to run twice at once.

    ``run`` does one bounded step and returns how many things it did; the worker repeats it
    while that is not zero, then sleeps for ``every``.
    """

    name: str
    every: timedelta
    run: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One of the four, put together by its ``app.create_service``."""

    settings: Settings
    clock: Clock
    store: Store
    app: Flask
    feeds: Feeds
    subscriptions: Subscriptions
    wanting: Sequence[Wanting] = ()
    jobs: Sequence[Job] = ()

    @property
    def name(self) -> str:
        """The service's name: intake, sessions, reminders or reports."""
        return self.settings.service

    def repair(self, inbox: Inbox | None = None) -> Repair:
        """Return what completes this service's knowledge from the feeds."""
        inbox = inbox or Inbox(self.store, self.subscriptions, self.clock.now)
        return Repair(inbox, self.feeds, self.name)

    def freshness(self) -> Freshness:
        """Return what proves, before an effect, that nothing committed elsewhere is missing."""
        return Freshness(self.repair())
