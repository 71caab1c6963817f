"""Who may come in: one function decides, before every request, by the matrix."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.auth.actors import Actor, Door, Role
from shared.auth.policy import check_sessions, keep_door
from shared.auth.redirects import safe_next
from shared.auth.staff_cookie import clear_staff_cookie, set_staff_cookie
from shared.clock import Clock
from shared.errors import Refusal, Unreachable
from shared.settings import Mode, Settings
from tests.shared.showcase import showcase
from tests.visitors import Visitor, bearer, someone

CLINIC = UUID(int=5)
WAITING = re.compile(r'name="written_by" value="([^"]+)"')
CLINICIAN = someone(Role.CLINICIAN)
LONG_AGO = datetime.now(UTC) - timedelta(minutes=11)


@pytest.fixture
def app(tmp_path):
    app = showcase(tmp_path)
    yield app
    app.extensions["store"].engine.dispose()


class TestAMemberOfStaff:
    def test_comes_in_by_role(self, app):
        assert Visitor(app).sign_in(Role.CLINICIAN).get("/").status_code == 200

    def test_is_told_when_the_role_does_not_open_a_page(self, app):
        page = Visitor(app).sign_in(Role.DUTY).get("/")

        assert page.status_code == 403
        assert "Your role does not open this page." in page.text

    def test_acts_for_the_clinics_of_the_verified_token(self, app):
        said = Visitor(app).sign_in(Role.AUDITOR, clinics=[CLINIC]).get("/who").json

        assert said == {
            "door": "staff",
            "role": "auditor",
            "service": "",
            "clinics": [str(CLINIC)],
        }

    @pytest.mark.requirement("PLT-19")
    def test_is_refused_as_soon_as_the_session_is_closed(self, app):
        visitor = Visitor(app).sign_in(Role.CLINICIAN)
        check_sessions(app, lambda assertion: False)

        assert visitor.get("/").status_code == 303


class TestAStranger:
    def test_is_sent_to_sign_in_and_comes_back(self, app):
        page = Visitor(app).get("/release?year=2026")

        assert page.status_code == 303
        renewal = "/intake/session/renew?next=/sessions/release%3Fyear%3D2026"
        assert page.headers["Location"] == renewal

    def test_finds_nothing_at_a_page_that_the_matrix_does_not_list(self, app):
        del app.extensions["rules"]["showcase.today"]

        assert Visitor(app).get("/").status_code == 404
        assert Visitor(app).sign_in(Role.CLINICIAN).get("/").status_code == 404

    def test_sees_what_is_public(self, app):
        assert Visitor(app).get("/sign-in").status_code == 200

    @pytest.mark.parametrize("token", ["", "nonsense", "e30.e30.e30"])
    def test_gains_nothing_by_a_token_that_is_none(self, app, token):
        assert Visitor(app).carry(token).get("/").status_code == 303

    def test_asks_in_vain_through_headers_of_a_proxy(self, app):
        headers = {"X-Forwarded-User": "admin", "X-Clinic-Id": str(CLINIC), "X-Role": "operator"}

        assert Visitor(app).get("/who", headers=headers).status_code == 303


class TestASignInThatRanOut:
    def test_is_renewed_on_the_way_to_a_page(self, app):
        page = Visitor(app).sign_in(Role.CLINICIAN, now=LONG_AGO).get("/form")

        assert page.headers["Location"] == "/intake/session/renew?next=/sessions/form"

    def test_does_not_lose_what_was_typed(self, app):
        typed = {"where": 'room "3" & <b>', "note": "first\nsecond", "also": ["a", "b"]}

        page = Visitor(app).sign_in(Role.CLINICIAN, now=LONG_AGO).post("/form", typed)

        assert page.status_code == 401
        assert 'name="where" value="room &#34;3&#34; &amp; &lt;b&gt;"' in page.text
        assert page.text.count('name="also"') == 2
        assert "Send again" in page.text

    def test_sends_again_with_a_token_that_still_fits(self, app):
        visitor = Visitor(app).sign_in(Role.CLINICIAN, now=LONG_AGO)
        visitor.post("/form", {"where": "room 3"})

        again = visitor.sign_in(Role.CLINICIAN).post("/form", {"where": "room 3"})

        assert again.status_code == 302

    def test_reloads_a_page_that_asked_for_a_piece_of_itself(self, app):
        page = Visitor(app).get("/release", headers={"HX-Request": "true"})

        assert (page.status_code, page.headers["HX-Refresh"]) == (401, "true")

    def test_is_a_problem_to_a_program(self, app):
        answer = Visitor(app).sign_in(Role.CLINICIAN, now=LONG_AGO).get(f"/api/things/{uuid4()}")

        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"


class Wall(Clock):
    """A wall clock that a test moves."""

    at = datetime.now(UTC)

    def now(self):
        return self.at


class TestAViewThatAsksForAFreshSignIn:
    @pytest.fixture
    def stale(self, app):
        """A clinician who signed in eleven minutes ago, and whose assertion was renewed since."""
        wall = app.extensions["wall_clock"] = Wall()
        visitor = Visitor(app).sign_in(Role.CLINICIAN, now=wall.at, signed_in_at=LONG_AGO)
        assert visitor.get("/form").status_code == 200
        return visitor

    def test_opens_to_someone_who_just_signed_in(self, app):
        assert Visitor(app).sign_in(Role.CLINICIAN).get("/grave").text == "GET "

    def test_sends_others_to_show_that_it_is_them_and_back(self, stale):
        page = stale.get("/grave?at=2")

        way = "/intake/session/prove?next=/sessions/grave%3Fat%3D2"
        assert (page.status_code, page.headers["Location"]) == (303, way)

    def test_keeps_what_was_typed_on_the_page_but_for_passwords(self, stale):
        page = stale.post("/grave", {"note": "a long <text>", "password": "canary-3b9d"})

        assert page.status_code == 401
        assert 'name="note" value="a long &lt;text&gt;"' in page.text
        assert "/intake/session/prove?next=/intake/session/back" in page.text
        assert "canary-3b9d" not in page.text

    def test_is_a_problem_to_a_program(self, stale):
        answer = stale.get("/api/grave")

        assert (answer.status_code, answer.json["type"]) == (401, "urn:attune:refusal:ProofNeeded")


class TestWhatWaitsToBeSentAgain:
    def test_is_sent_by_the_one_who_wrote_it_alone(self, app):
        writer, other = uuid4(), uuid4()
        visitor = Visitor(app).sign_in(Role.CLINICIAN, staff_id=writer)
        visitor.get("/form")
        visitor.carry("").browser.delete_cookie("attune-staff")
        page = visitor.post("/form", {"where": "room 3"})
        waiting = {"where": "room 3", "written_by": WAITING.search(page.text)[1]}

        foreign = visitor.sign_in(Role.CLINICIAN, staff_id=other).post("/form", waiting)
        forged = visitor.post("/form", waiting | {"written_by": str(other)})
        own = visitor.sign_in(Role.CLINICIAN, staff_id=writer).post("/form", waiting)

        assert [one.status_code for one in (foreign, forged, own)] == [409, 409, 302]
        assert "Someone else wrote this" in foreign.text


class TestWhileNobodyKnowsWhoIsStillSignedIn:
    @pytest.fixture
    def unsure(self, app):
        """A clinician at a service that cannot find out whether they are still signed in."""

        def unreachable(assertion):
            raise Unreachable

        visitor = Visitor(app).sign_in(Role.CLINICIAN)
        check_sessions(app, unreachable)
        return visitor

    @pytest.mark.requirement("PLT-19")
    def test_nothing_is_shown_but_a_sentence(self, unsure):
        page = unsure.get("/")

        assert page.status_code == 503
        assert "Another part of Attune does not answer." in page.text

    def test_what_everyone_sees_is_still_served(self, unsure):
        with closing(unsure.get("/static/house.css")) as style:
            assert style.status_code == 200
        assert unsure.get("/sign-in").status_code == 200


@pytest.mark.requirement("PLT-20")
class TestAService:
    def test_comes_in_with_a_token_of_the_right_scope(self, app):
        headers = bearer(app, caller="reports", scopes=["ask"])

        assert app.test_client().post("/internal/inner", headers=headers).json == {"said": "yes"}

    def test_is_refused_without_a_token(self, app):
        assert app.test_client().post("/internal/inner").status_code in (400, 401)

    def test_is_refused_with_another_scope(self, app):
        headers = bearer(app, caller="reports", scopes=["feed"])

        assert app.test_client().post("/internal/inner", headers=headers).status_code == 403

    def test_is_refused_with_an_old_token(self, app):
        headers = bearer(app, caller="reports", scopes=["ask"], now=LONG_AGO)

        assert app.test_client().post("/internal/inner", headers=headers).status_code == 401

    def test_names_the_clinics_it_asks_about(self, app):
        person = Actor(door=Door.STAFF, id=uuid4(), role=Role.DUTY, clinics=frozenset({CLINIC}))
        headers = bearer(app, caller="reports", scopes=["ask"], acting=person)

        said = app.test_client().get("/who", headers=headers).json

        assert (said["door"], said["service"]) == ("service", "reports")
        assert said["clinics"] == [str(CLINIC)]

    def test_is_refused_at_a_view_of_people_unless_it_acts_for_one_who_may_use_it(self, app):
        asked = {
            "nobody": bearer(app, caller="reports", scopes=["things"]),
            "another": bearer(app, caller="reports", scopes=["things"], acting=someone(Role.DUTY)),
            "right": bearer(app, caller="reports", scopes=["things"], acting=CLINICIAN),
        }

        answers = {
            who: app.test_client().post("/api/things/", json={"name": "x"}, headers=headers)
            for who, headers in asked.items()
        }

        codes = {who: answer.status_code for who, answer in answers.items()}
        assert codes == {"nobody": 403, "another": 403, "right": 201}

    def test_that_shows_a_token_is_not_taken_for_the_browser_it_runs_beside(self, app):
        visitor = Visitor(app).sign_in(Role.CLINICIAN)
        headers = bearer(app, caller="reports", scopes=["other"])

        assert visitor.get("/", headers=headers).status_code in (303, 401, 403)


class TestAMember:
    def test_comes_in_by_a_door_that_the_service_keeps(self, app):
        member = Actor(door=Door.LINK, id=uuid4(), clinics=frozenset({CLINIC}))
        keep_door(app, Door.LINK, lambda: member)

        assert Visitor(app).get("/who").json["door"] == "link"

    def test_finds_nothing_while_nobody_keeps_the_door(self, app):
        assert Visitor(app).post("/f", {}).status_code == 404

    def test_may_be_told_so_by_the_one_who_keeps_the_door(self, app):
        class PageClosed(Refusal):
            """This page is closed."""

            status = 410

        def keeper():
            raise PageClosed

        keep_door(app, Door.LINK, keeper)
        page = Visitor(app).post("/f", {})

        assert page.status_code == 410
        assert "This page is closed." in page.text
        assert "Attune" not in page.text


class TestTheInternalDoor:
    def test_is_open_to_callers_that_no_gateway_brought(self, app):
        assert app.test_client().get("/internal/metrics").status_code == 200

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host"])
    def test_is_closed_to_those_that_a_gateway_brought(self, app, header):
        answer = app.test_client().get("/internal/metrics", headers={header: "192.0.2.1"})

        assert answer.status_code == 401


class TestStaffCookie:
    def test_is_bound_to_its_host_in_production(self, app):
        production = Settings(service="intake", mode=Mode.PRODUCTION)
        response = app.response_class()

        set_staff_cookie(production, response, "token")

        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-attune-staff=token;")
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie

    def test_is_forgotten_at_sign_out(self, app):
        response = app.response_class()

        clear_staff_cookie(Settings(service="intake"), response)

        assert "Max-Age=0" in response.headers["Set-Cookie"]


class TestWhereToGoOn:
    @pytest.mark.parametrize("page", ["/", "/sessions/", "/reports/releases?year=2026"])
    def test_is_a_page_of_ours(self, page):
        assert safe_next(page) == page

    @pytest.mark.parametrize(
        "page",
        [
            None,
            "",
            "//elsewhere.invalid",
            "/\\elsewhere.invalid",
            "\\\\elsewhere.invalid",
            "https://elsewhere.invalid",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/\t/elsewhere.invalid",
            " /a",
        ],
    )
    def test_is_never_elsewhere(self, page):
        assert safe_next(page, otherwise="/home") == "/home"


def test_the_showcase_lists_every_view_it_has(app):
    routes = {route.endpoint for route in app.url_map.iter_rules()}

    assert routes <= set(app.extensions["rules"])
