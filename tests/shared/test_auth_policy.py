"""Who may come in: one function decides, before every request, by the matrix."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.auth.actors import Actor, Door, Role
from shared.auth.policy import check_sessions, keep_door
from shared.auth.redirects import safe_next
from shared.auth.staff_cookie import clear_staff_cookie, set_staff_cookie
from shared.errors import Refusal
from shared.settings import Mode, Settings
from tests.shared.showcase import showcase
from tests.visitors import Visitor, bearer

CLINIC = UUID(int=5)
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
