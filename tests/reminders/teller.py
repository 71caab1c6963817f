"""A clock in the hand, and neighbours reduced to what they tell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from shared.assembly import new_service_app, new_store
from shared.auth.actors import system
from shared.clock import Clock
from shared.contracts import Event
from shared.contracts.streams import streams_of
from shared.events.content import Provider, Reference
from shared.events.sequencing import ensure_heads
from shared.settings import Mode, Settings
from shared.store import UnitOfWork, new_base


class HandClock(Clock):
    """A clock that stands still until a test moves its hands."""

    def __init__(self, at: datetime):
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Return where the hands stand."""
        return self.at


class Teller:
    """Another service, reduced to what it tells and to the content it gives."""

    def __init__(self, name: str, folder: Path, clock: Clock, database_url: str = ""):
        self.settings = Settings(
            service=name, mode=Mode.TEST, data_dir=folder, database_url=database_url
        )
        self.store = new_store(self.settings, new_base().metadata)
        self.store.create_tables()
        with self.store.engine.begin() as connection:
            ensure_heads(connection, streams_of(name))
        self.content: dict[tuple[str, UUID], dict[str, Any]] = {}
        self.reachable = True
        self.when_asked: Callable[[], None] = lambda: None
        kinds = ("intake.clinic", "intake.person")
        providers = [
            Provider(kind=k, audience=frozenset({"reminders"}), provide=self._give(k))
            for k in kinds
        ]
        self.app = new_service_app(f"tests.{name}", self.settings, self.store, clock, providers)

    def tell(self, *events: Event) -> None:
        """Commit facts."""
        clinics = {event.clinic_id for event in events}
        with self.store.unit_of_work(clinics=clinics, actor=system(self.settings.service)) as work:
            work.record(*events)

    def client(self) -> httpx.Client:
        """Return a client that asks this teller, while it can be reached."""

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            self.when_asked()
            if not self.reachable:
                raise httpx.ConnectError("away")
            return self.app(environ, start_response)

        transport = httpx.WSGITransport(app=answer)
        return httpx.Client(transport=transport, base_url=f"http://{self.settings.service}")

    def _give(self, kind: str) -> Any:
        def provide(work: UnitOfWork, references: Sequence[Reference]) -> Mapping[Reference, Any]:
            known = {r: self.content.get((kind, r.subject_id)) for r in references}
            return {r: content for r, content in known.items() if content is not None}

        return provide
