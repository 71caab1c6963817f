"""A service of reports of its own, tellers whose events it hears, and supervisors who read it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.reports.app import create_service
from services.reports.contributions.domain import Quarter
from shared.auth.actors import Role
from shared.clock import Clock
from shared.contracts import Event
from shared.contracts.intake import ClinicRegistered, ContributionChanged
from shared.contracts.reminders import RemindersPeriodClosed
from shared.contracts.sessions import SessionsPeriodClosed
from shared.contracts.streams import STREAMS
from shared.errors import Unreachable
from shared.events.content import Reference
from shared.events.feed_client import Page
from shared.events.fetching import Fetching
from shared.events.heard import Heard, read_again
from shared.events.inbox import Inbox
from shared.events.outbox import cloud_event, with_position
from shared.service import Service
from shared.settings import Mode, Settings
from tests.visitors import Visitor

PERIOD = 20263
QUARTER = Quarter.of(PERIOD)
AFTER = QUARTER.ends_at + timedelta(days=20)
LONG_AGO = datetime(2024, 1, 2, tzinfo=UTC)
GENERATION = str(uuid4())

Couple = Mapping[str, str]


class MovedClock(Clock):
    """A clock that stands where a test puts it."""

    def __init__(self, now: datetime):
        super().__init__()
        self.at = now

    def now(self) -> datetime:
        """Return the moment the test chose."""
        return self.at


class Tellers:
    """Intake, sessions and reminders as reports sees them: feeds to read, content to ask for."""

    def __init__(self) -> None:
        self.told: dict[str, list[Heard]] = {}
        self.content_of: dict[Reference, dict[str, Any] | None] = {}
        self.silent: set[str] = set()

    def tell(self, *events: Event) -> None:
        """Append facts to the feeds of their tellers."""
        for event in events:
            feed = self.told.setdefault(event.stream, [])
            partition = STREAMS[event.stream].partition_of(event.subject_id)
            teller = event.stream.split(".")[0]
            written = cloud_event(teller, event, 1, uuid4(), partition)
            text = with_position(written, len(feed) + 1, GENERATION)
            feed.append(read_again(text))

    def heads(self, teller: str) -> dict[tuple[str, int], tuple[str, int]]:
        """Return the ends of a teller's feeds, as Feeds does."""
        self._answer(teller)
        return {
            (stream, 0): (GENERATION, len(feed))
            for stream, feed in self.told.items()
            if stream.startswith(f"{teller}.")
        }

    def page(self, stream: str, partition: int, *, after: int, generation: str | None) -> Page:
        """Return what follows a position, as Feeds does."""
        self._answer(stream.split(".")[0])
        feed = self.told.get(stream, [])
        return Page(GENERATION, len(feed), feed[after:])

    def content(
        self, teller: str, kind: str, references: Iterable[Reference]
    ) -> dict[Reference, dict[str, Any] | None]:
        """Return content, as Feeds does."""
        self._answer(teller)
        return {one: self.content_of[one] for one in references if one in self.content_of}

    def _answer(self, teller: str) -> None:
        if teller in self.silent:
            raise Unreachable


class World:
    """Reports, its tellers, and a few verbs in which tests speak."""

    def __init__(self, service: Service, tellers: Tellers, clock: MovedClock):
        self.service = service
        self.tellers = tellers
        self.clock = clock
        self.clinics: dict[UUID, set[UUID]] = {}
        self.inbox = Inbox(service.store, service.subscriptions, clock.now)
        self.inbox.open_cursors()
        self.fetching = Fetching(service.store, service.feeds, service.wanting)

    def register(self, name: str, organization_id: UUID, *, since: datetime = LONG_AGO) -> UUID:
        """Let a clinic join an organization."""
        clinic_id = uuid4()
        self.clinics.setdefault(organization_id, set()).add(clinic_id)
        self.tellers.tell(
            ClinicRegistered(
                clinic_id=clinic_id,
                occurred_at=since,
                organization_id=organization_id,
                version=1,
            )
        )
        self.tellers.content_of[Reference("intake.clinic", clinic_id, clinic_id, 1)] = {
            "name": name,
            "organization_name": "Lantern",
            "organization_id": str(organization_id),
        }
        return clinic_id

    def permit(
        self, clinic_id: UUID, episodes: Iterable[UUID], permitted: bool = True, revision: int = 1
    ) -> None:
        """Let intake tell that couples may, or may not, be counted."""
        self.tellers.tell(
            *(
                ContributionChanged(
                    clinic_id=clinic_id,
                    occurred_at=LONG_AGO,
                    episode_id=episode,
                    permitted=permitted,
                    revision=revision,
                )
                for episode in episodes
            )
        )

    def close(
        self,
        clinic_id: UUID,
        couples: Mapping[UUID, Couple],
        *,
        period: int = PERIOD,
        reminders: bool = True,
    ) -> None:
        """Let sessions and reminders close a quarter with what couples contribute."""
        rows = [
            {"episode": str(episode), "measure": measure, "value": value}
            for episode, places in couples.items()
            for measure, value in places.items()
        ]
        closed = [("sessions", SessionsPeriodClosed, rows)]
        if reminders:
            closed.append(("reminders", RemindersPeriodClosed, []))
        for teller, kind, theirs in closed:
            self.tellers.tell(kind(clinic_id=clinic_id, occurred_at=AFTER, period=period))
            reference = Reference(f"{teller}.contributions", clinic_id, clinic_id, period)
            self.tellers.content_of[reference] = {"period": period, "rows": theirs}

    def settle(self) -> None:
        """Hear, fetch and do every job until nothing happens any more."""
        while self.hear() + self.fetching.step() + sum(job.run() for job in self.service.jobs):
            pass

    def hear(self) -> int:
        """Hear what has been told; return how many facts took effect."""
        cursors = self.inbox.cursors()
        new = [
            one
            for feed in self.tellers.told.values()
            for one in feed
            if one.place in cursors and one.position > cursors[one.place].position
        ]
        return self.inbox.apply(new, way="feed").applied if new else 0

    def visitor(self, organization_id: UUID, role: Role = Role.SUPERVISOR) -> Visitor:
        """Return someone who is signed in for an organization and all its clinics."""
        clinics = self.clinics.get(organization_id, set())
        visitor = Visitor(self.service.app)
        return visitor.sign_in(role, clinics=clinics, organization_id=organization_id)

    def releases(self, organization_id: UUID) -> list[dict[str, Any]]:
        """Return the list that a program of this organization reads."""
        found: list[dict[str, Any]] = self.visitor(organization_id).get("/api/releases/").json
        return found

    def document(self, organization_id: UUID) -> dict[str, Any]:
        """Return the newest release of an organization."""
        newest = self.releases(organization_id)[0]["id"]
        found: dict[str, Any] = self.visitor(organization_id).get(f"/api/releases/{newest}").json
        return found


@pytest.fixture
def organization_id() -> UUID:
    return uuid4()


@pytest.fixture
def new_world(tmp_path) -> Iterable[Callable[..., World]]:
    """Return a function that makes a service of reports with tellers of its own."""
    made: list[World] = []

    def make(**more: Any) -> World:
        tellers, clock = Tellers(), MovedClock(AFTER)
        settings = Settings(
            service="reports", mode=Mode.TEST, data_dir=tmp_path, broker_prefix=uuid4().hex
        )
        service = create_service(settings, clock=clock, feeds=tellers, **more)
        service.store.create_tables()
        made.append(World(service, tellers, clock))
        return made[-1]

    yield make
    for world in made:
        with suppress(Exception):
            world.service.store.engine.dispose()


@pytest.fixture
def world(new_world) -> World:
    return new_world()


def couples(**places: int) -> dict[UUID, Couple]:
    """Return invented couples: so many in each category of how they talk with each other."""
    return {
        uuid4(): {"communication": value} for value, count in places.items() for _ in range(count)
    }


def table(document: Mapping[str, Any], measure: str = "communication") -> dict[str, Any]:
    """Return one table of a release."""
    return next(one for one in document["tables"] if one["measure"] == measure)


def printed(row: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the counts that a row prints, by code."""
    return {cell["code"]: cell["couples"] for cell in row["cells"]}
