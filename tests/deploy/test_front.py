"""The laptop's front: a kind word until the services are there, and one origin for all four."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.front import Origin
from deploy.home import RoleHome
from deploy.laptop import listen
from deploy.network import build_network
from deploy.progress import READY, Progress, ProgressFile
from shared.auth.actors import Role
from shared.auth.staff_cookie import cookie_name
from shared.auth.tokens import service_token
from shared.clock import Clock
from shared.settings import SERVICES, Mode, Settings
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("starting all services behind one front")

HALF_WAY = Progress(percent=48, says="Writing <12> October")


class Story:
    """What the progress is at the moment."""

    def __init__(self) -> None:
        self.now = HALF_WAY


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def origin(story: Story) -> Origin:
    return Origin(("localhost", "127.0.0.1"), lambda: story.now)


@pytest.fixture
def visit(origin: Origin):
    """Return a function that opens an address on the staff's host or another."""

    def open_page(path: str, *, host: str = "localhost", **more) -> httpx.Response:
        transport = httpx.WSGITransport(app=origin, remote_addr=more.pop("origin", "127.0.0.1"))
        with httpx.Client(transport=transport, base_url=f"http://{host}:8000") as client:
            return client.get(path, **more)

    return open_page


@pytest.fixture
def services(origin: Origin, tmp_path: Path) -> Iterator[dict]:
    """Open the doors of the four services behind the origin."""
    built = build_network(
        lambda name: Settings(service=name, mode=Mode.TEST, data_dir=tmp_path), Clock()
    )
    origin.apps.update({name: service.app for name, service in built.items()})
    origin.home = RoleHome(built["intake"].settings)
    yield built
    for service in built.values():
        service.store.engine.dispose()


class TestBeforeTheServicesAreThere:
    def test_tells_how_far_it_is(self, visit):
        page = visit("/")

        assert page.status_code == 200
        assert 'value="48"' in page.text
        assert "Writing &lt;12&gt; October" in page.text
        assert '<meta http-equiv="refresh" content="2">' in page.text

    def test_asks_to_come_back_wherever_one_goes(self, visit):
        page = visit("/sessions/relationships")

        assert page.status_code == 503
        assert page.headers["Retry-After"] == "2"

    def test_loads_nothing_foreign_and_runs_only_its_own_script(self, visit):
        page = visit("/")

        [nonce] = set(re.findall(r'nonce="([^"]+)"', page.text))
        assert f"script-src 'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
        assert "http" not in re.sub(r"http-equiv", "", page.text)

    def test_shows_its_own_files(self, visit):
        assert visit("/front/tokens.css").status_code == 200
        assert visit("/front/icon.svg").headers["Content-Type"] == "image/svg+xml"

    def test_tells_programs_how_far_it_is(self, visit):
        told = visit("/front/progress.json").json()

        assert told == {"percent": 48, "says": HALF_WAY.says, "open": False, "ready": False}


class TestOneOrigin:
    @pytest.mark.parametrize("name", SERVICES)
    def test_hands_on_by_the_name_of_the_service(self, visit, services, name):
        assert visit(f"/{name}/health/live").json() == {"status": "live"}

    def test_leads_whoever_is_not_signed_in_to_the_door(self, visit, services, story):
        story.now = READY

        assert visit("/").headers["Location"] == "/intake/session/renew?next=/"

    @pytest.mark.parametrize(
        ("role", "home"),
        [
            (Role.CLINICIAN, "/sessions/"),
            (Role.SUPERVISOR, "/reports/releases"),
            (Role.OPERATOR, "/intake/operations"),
        ],
    )
    def test_leads_everyone_to_their_own_home(self, visit, services, story, role, home):
        story.now = READY
        cookie = cookie_name(services["intake"].settings, "attune-staff")
        signed_in = Visitor(services["intake"].app).sign_in(role)
        token = signed_in.browser.get_cookie(cookie).value

        assert visit("/", headers={"Cookie": f"{cookie}={token}"}).headers["Location"] == home

    def test_invites_nobody_before_there_is_somebody_to_sign_in_as(self, visit, services, story):
        invited = []
        for story.now in (Progress(percent=1), HALF_WAY):
            told = visit("/front/progress.json").json()["open"]
            invited.append((told, '<p id="look" >' in visit("/").text))

        assert invited == [(False, False), (True, True)]

    def test_lets_people_look_around_while_the_network_is_filled(self, visit, services):
        assert "getting ready" in visit("/").text
        assert visit("/?look").status_code == 302

    def test_is_not_fooled_by_another_host(self, visit, services):
        assert visit("/intake/health/live", host="evil.example").status_code == 400

    def test_shows_members_nothing_but_their_own(self, visit, services, story):
        story.now = READY

        assert visit("/", host="127.0.0.1").status_code == 404
        assert "Attune" not in visit("/", host="127.0.0.1").text
        assert visit("/intake/sign-in", host="127.0.0.1").status_code == 404
        assert visit("/reminders/f/unknown", host="127.0.0.1").status_code == 410


class TestInternalDoors:
    @pytest.fixture
    def bearer(self, services) -> dict[str, str]:
        token = service_token(services["sessions"].settings, "intake", ["feed"])
        return {"Authorization": f"Bearer {token}"}

    def test_open_to_a_service_of_this_computer(self, visit, bearer):
        assert visit("/intake/internal/heads", headers=bearer).status_code == 200

    def test_are_closed_without_a_token(self, visit, services):
        assert visit("/intake/internal/heads").status_code == 404
        assert visit("/intake/internal/metrics").status_code == 404

    def test_are_closed_to_other_computers(self, visit, bearer):
        answer = visit("/intake/internal/heads", headers=bearer, origin="192.0.2.7")

        assert answer.status_code == 404


class TestPorts:
    def test_the_next_free_one_is_taken(self):
        with listen(18_400) as first, listen(first.getsockname()[1]) as second:
            assert second.getsockname()[1] > first.getsockname()[1]


class TestProgress:
    def test_is_kept_whole(self, tmp_path):
        ProgressFile(tmp_path).tell(HALF_WAY)

        assert ProgressFile(tmp_path).read() == HALF_WAY

    def test_begins_with_nothing(self, tmp_path):
        assert ProgressFile(tmp_path / "none").read() == Progress()
