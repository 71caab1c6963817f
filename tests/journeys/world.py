"""A world to tell stories in: four services on one origin, a clock set by hand, and its people."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.front import Origin
from deploy.home import RoleHome
from deploy.network import build_network, connect_services, settle
from deploy.progress import READY
from deploy.seed.stage import SetClock
from shared.settings import Mode, Settings, Smtp
from tests.journeys.browser import Browser
from tests.servers.postgres import Database

BEGAN = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OWN_PASSWORD = "a calm long password"
SECRET = "only for this story, and long enough"


YES_ALONE = {"said": "yes", "setting": "alone_at_clinic"}
"""What a clinician keeps of a member who was asked alone and said yes."""

ON_BOTH = pytest.mark.parametrize(
    "world",
    [
        "sqlite",
        pytest.param(
            "postgres", marks=pytest.mark.left_to_the_build("a story on PostgreSQL, too,")
        ),
    ],
    indirect=True,
)
"""A story is told on both kinds of databases, where a person waits on SQLite alone."""


class World:
    """Four services that reach each other, and the browsers of those who use them.

    On PostgreSQL pages and workers are apart, each under its own role, as in production.
    """

    def __init__(
        self,
        folder: Path,
        *,
        smtp: Smtp | None = None,
        databases: Mapping[str, Database] | None = None,
        clients: Mapping[str, httpx.Client] | None = None,
    ):
        self.folder = folder
        self.clock = SetClock(BEGAN)
        self._told = {"broker_prefix": f"j{uuid4().hex[:10]}", "smtp": smtp or Smtp()}
        self._databases = databases or {}
        if databases:
            urls = {name: one.worker_url for name, one in databases.items()}
            self.services = connect_services(self._settings, self.clock, clients)
            self.working = connect_services(partial(self._settings, urls=urls), self.clock, clients)
            for service in self.services.values():
                service.store.keys.store.prepare()
        else:
            self.services = self.working = build_network(self._settings, self.clock, clients)
        self.origin = Origin(("localhost", "127.0.0.1"), lambda: READY)
        self.origin.apps.update({name: service.app for name, service in self.services.items()})
        self.origin.home = RoleHome(self.services["intake"].settings)
        self.transport = httpx.WSGITransport(app=self.origin)

    def browser(self) -> Browser:
        """Return a browser that nobody has used yet."""
        return Browser(self.transport)

    def settle(self) -> None:
        """Let everything that is under way arrive."""
        settle(self.working)

    def at(self, moment: datetime) -> None:
        """Move the clock to a moment, at most a day at a time, and let what is due happen.

        Occasions are planned late, on a short horizon: one that is jumped over is not made up for.
        """
        while self.clock.at + DAY < moment:
            self.clock.at += DAY
            self.settle()
        self.clock.at = moment
        self.settle()

    def later(self, **span: float) -> None:
        """Move the clock on, and let what is due happen."""
        self.at(self.clock.at + timedelta(**span))

    def attune(self, *arguments: str) -> str:
        """Run the command line beside the services, on their folder.

        On servers it reads the database of the service that it names, or intake's.
        """
        told = {
            "ATTUNE_MODE": "test",
            "ATTUNE_DATA_DIR": str(self.folder),
            "ATTUNE_SECRET_KEY": SECRET,
        }
        if self._databases:
            named = next((one for one in arguments if one in self._databases), "intake")
            told["ATTUNE_DATABASE_URL"] = self._databases[named].url
        others = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        result = CliRunner().invoke(main, list(arguments), env={**others, **told})
        assert result.exit_code == 0, result.output
        return result.output

    def sign_in(self, name: str, password: str = OWN_PASSWORD) -> Browser:
        """Let someone sign in who has chosen their own password."""
        return self.browser().open("/").press("Sign in", name=name, password=password)

    def first_sign_in(self, name: str, starting: str) -> Browser:
        """Let someone sign in for the first time, with a starting password."""
        page = self.sign_in(name, starting)
        page.press("Keep this password", present=starting, password=OWN_PASSWORD)
        return page.follow("Put it off")

    def backup(self, service: str) -> bytes:
        """Return a backup of a service's database: a dump, or the files as they lie there."""
        if self._databases:
            return self._databases[service].dump()
        files = sorted(self.folder.glob(f"{service}.sqlite*"))
        return b"".join(file.read_bytes() for file in files)

    def stop(self) -> None:
        """Close the databases."""
        for service in (*self.services.values(), *self.working.values()):
            service.store.engine.dispose()

    def _settings(self, name: str, *, urls: Mapping[str, str] | None = None) -> Settings:
        own = {one: database.url for one, database in self._databases.items()}
        return Settings(
            service=name,
            mode=Mode.TEST,
            data_dir=self.folder,
            database_url=(urls or own).get(name, ""),
            secret_key=SECRET,
            **self._told,
        )


@dataclass
class Practice:
    """A clinic with a clinician, signed in; ``relationships`` by the names of their members."""

    world: World
    admin: Browser
    clinician: Browser
    relationships: dict[tuple[str, ...], str] = field(default_factory=dict)

    def open_relationship(self, *names: str, zone: str = "Europe/Lisbon") -> str:
        """Let the clinician open a relationship; return its id."""
        page = self.clinician.open("/intake/relationships").follow("Open")
        for _ in names[2:]:
            page.press("One more member")
        typed = {f"name-{number}": name for number, name in enumerate(names, 1)}
        zones = {f"zone-{number}": zone for number in range(1, len(names) + 1)}
        page.press("Open the relationship", **typed, **zones)
        assert page.status == 200, page.text
        self.relationships[names] = page.path.rsplit("/", 1)[1]
        return self.relationships[names]

    def fill_in_card(self, relationship_id: str, name: str, email: str) -> None:
        """Let the clinician fill in someone's contact card, after speaking with them alone."""
        page = self.clinician.open(f"/intake/relationships/{relationship_id}")
        page.follow(f"Contact card of {name}")
        hours = {f"from-{day}": "17:00" for day in range(7)}
        hours |= {f"to-{day}": "22:00" for day in range(7)}
        page.press(
            "Save",
            email=email,
            means=["email"],
            checked=["email"],
            private="yes",
            device="nobody",
            voicemail="yes",
            spoken_alone="yes",
            **hours,
        )
        assert page.path == f"/intake/relationships/{relationship_id}", page.text

    def talk_alone(self, relationship_id: str, name: str) -> None:
        """Let the clinician keep that they spoke with a member alone."""
        page = self.clinician.open(f"/intake/relationships/{relationship_id}")
        page.follow(f"Talk alone with {name}").press("Keep it", alone="yes")
        assert "It is kept" in page.text, page.text

    def consent_alone(self, relationship_id: str, name: str, **answers: str) -> Browser:
        """Hand the device to a member, who answers alone; the clinician signs in again after."""
        page = self.clinician.open(f"/intake/relationships/{relationship_id}")
        page.press(f"Hand over to {name}")
        member = page.follow("Open the page").press("Start")
        assert "It is up to you" in member.text, member.text
        said = {
            "terms.limited": "yes",
            "checkin.email": "yes",
            "report.aggregate": "yes",
            **answers,
        }
        member.press("Save and close", **said)
        assert "Thank you" in member.text, member.text
        self.clinician = self.world.sign_in("clinician@harbour.example")
        return member


def new_practice(world: World) -> Practice:
    """Found an organization by the command line; its admin registers a clinic and a clinician."""
    said = world.attune("begin", "Harbour Network", "--admin", "boss@harbour.example")
    admin = world.first_sign_in("boss@harbour.example", said.split()[-1])
    admin.open("/intake/setup").follow("Register a clinic")
    admin.press(
        "Register",
        name="Harbour Street",
        zone="Europe/Lisbon",
        sender="Harbour",
        help="Call 112 in an emergency.",
    )
    assert "Harbour Street" in admin.text, admin.text
    admin.open("/intake/setup").follow("Choose the policy")
    admin.press("Choose this policy", policy="terms.limited")
    assert "The policy is chosen" in admin.text, admin.text
    clinician = world.first_sign_in(
        "clinician@harbour.example", register(admin, "clinician", "Mia Castellanos")
    )
    assert clinician.path == "/sessions/", (clinician.path, clinician.text)
    world.settle()
    return Practice(world, admin, clinician)


def register(admin: Browser, role: str, name: str, *, sign_in: str = "") -> str:
    """Let an admin register someone in a role; return their starting password."""
    sign_in = sign_in or f"{role}@harbour.example"
    page = admin.open("/intake/staff").follow("Register someone")
    offered = set(re.findall(r'name="postings" value="([^"]+)"', page.answer.text))
    posting = next(value for value in sorted(offered) if value.startswith(role))
    page.press("Register", name=name, sign_in=sign_in, postings=[posting])
    [password] = re.findall(r"<code>([^<]+)</code>", page.answer.text)
    return password
