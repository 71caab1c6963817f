"""A world whose wall clock, watches and lines between services a test has in hand."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx

from deploy.home import RoleHome
from deploy.network import Network, client_of
from deploy.seed.stage import SetClock
from shared.auth import sign_ins
from shared.events.freshness import Freshness
from shared.settings import SERVICES
from tests.journeys.browser import Browser
from tests.journeys.world import World, register

PAGES = {
    "intake": "/intake/relationships",
    "sessions": "/sessions/",
    "reminders": "/reminders/schedules",
    "reports": "/reports/releases",
}
"""A page of each service; a clinician is let into three of them, and told so by the fourth."""


class Line(httpx.BaseTransport):
    """A line to a service, which a test can cut."""

    def __init__(self, through: httpx.Client):
        self.through = through
        self.cut = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a question on, and its answer back."""
        if self.cut:
            raise httpx.ConnectError("cut", request=request)
        answer = self.through.send(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class WatchedWorld(World):
    """Four services that know the time from the test, and ask each other on lines that it cuts."""

    def __init__(self, folder: Path):
        network: Network = {}
        self.lines = {name: Line(client_of(name, network)) for name in SERVICES}
        clients = {
            name: httpx.Client(transport=line, base_url="http://localhost")
            for name, line in self.lines.items()
        }
        super().__init__(folder, clients=clients)
        network.update(self.services)
        self.wall, self.ticked = SetClock(datetime.now(UTC)), 0.0
        self._numbers = count(1)
        self.origin.home = RoleHome(self.services["intake"].settings, self.wall)
        for name, service in self.services.items():
            service.app.extensions["wall_clock"] = self.wall
            if name != "intake":
                proofs = Freshness(service.repair(), self.ticks)
                watch = sign_ins.Watch(service.store, proofs, self.ticks)
                sign_ins.refuse_ended(service.app, watch)

    def ticks(self) -> float:
        """Return the seconds by which watches measure how old their knowledge is."""
        return self.ticked

    def pass_by(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Let time pass for sign-ins and for watches."""
        span = timedelta(seconds=seconds, minutes=minutes)
        self.wall.at += span
        self.ticked += span.total_seconds()

    def clinician(self, admin: Browser) -> tuple[Browser, str]:
        """Return a new clinician, let into all services, and their sign-in name."""
        name = f"clinician-{next(self._numbers)}@harbour.example"
        starting = register(admin, "clinician", "Someone", sign_in=name)
        browser = self.first_sign_in(name, starting)
        self.settle()
        assert let_in(browser) == set(PAGES)
        return browser, name

    def copy_of(self, browser: Browser) -> Browser:
        """Return a browser that shows the same cookies, as a thief's would."""
        thief = self.browser()
        thief._client.cookies.update(browser._client.cookies)
        return thief


def let_in(browser: Browser) -> set[str]:
    """Return the services that still take a browser for someone who is signed in."""
    return {name for name, page in PAGES.items() if browser.open(page).path == page}
