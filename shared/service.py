"""A service, assembled: what its web process and its worker need to run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask

from shared.clock import Clock
from shared.events.content import Provider, Wanting
from shared.events.feed_client import Feeds
from shared.events.listener import Subscriptions
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
    providers: Mapping[str, Provider] = field(default_factory=dict)
    jobs: Sequence[Job] = ()

    @property
    def name(self) -> str:
        """The service's name: intake, sessions, reminders or reports."""
        return self.settings.service
