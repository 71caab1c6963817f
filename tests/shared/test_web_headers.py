"""Headers: every answer keeps to itself, and every cookie stays with its host."""

import re
from contextlib import closing

import pytest

from shared.auth.actors import Role
from shared.settings import Mode
from tests.shared.showcase import showcase
from tests.visitors import Visitor

PAGES = [
    "/",
    "/form",
    "/refused",
    "/broken",
    "/nothing",
    "/sign-in",
    "/c/secret-address",
    "/f",
    "/leave",
    "/api/nothing",
    "/api/openapi.json",
    "/health/live",
    "/health/ready",
    "/internal/metrics",
]
EXPECTED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src": "'none'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.fixture
def app(tmp_path):
    app = showcase(tmp_path)
    yield app
    app.extensions["store"].engine.dispose()


@pytest.fixture
def production(tmp_path):
    app = showcase(tmp_path, Mode.PRODUCTION, trusted_hosts=("staff.test", "forms.test"))
    yield app
    app.extensions["store"].engine.dispose()


def policy_of(response):
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.mark.requirement("CHK-08")
class TestEveryAnswer:
    @pytest.mark.parametrize("page", PAGES)
    def test_is_kept_frames_and_caches_away_from(self, app, page):
        headers = Visitor(app).sign_in(Role.CLINICIAN).get(page).headers

        assert {name: headers.get(name) for name in EXPECTED} == EXPECTED

    @pytest.mark.parametrize("page", PAGES)
    def test_loads_nothing_foreign_and_nothing_inline(self, app, page):
        policy = policy_of(Visitor(app).get(page))

        assert {name: policy.get(name) for name in POLICY} == POLICY
        for kind in ("script-src", "style-src"):
            assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy[kind])

    def test_has_a_nonce_of_its_own(self, app):
        visitor = Visitor(app)
        seen = {policy_of(visitor.get("/sign-in"))["script-src"] for _ in range(5)}

        assert len(seen) == 5

    def test_lets_through_what_the_page_itself_marks(self, app):
        page = Visitor(app).get("/marked")

        assert f"'nonce-{page.text}'" in policy_of(page)["script-src"]

    def test_has_a_number_by_which_it_is_found_in_the_log(self, app):
        visitor = Visitor(app)

        numbers = {visitor.get("/sign-in").headers["X-Request-Id"] for _ in range(3)}

        assert len(numbers) == 3

    def test_is_never_asked_for_without_tls_again_in_production(self, production):
        page = Visitor(production, host="staff.test").get("/sign-in")

        assert "max-age=63072000" in page.headers["Strict-Transport-Security"]

    def test_does_not_speak_of_tls_on_a_laptop(self, app):
        assert "Strict-Transport-Security" not in Visitor(app).get("/sign-in").headers


class TestOurOwnFiles:
    def test_are_kept_by_browsers_as_long_as_they_do_not_change(self, app):
        page = Visitor(app).get("/sign-in").text
        address = re.search(r'href="(/static/house.css\?v=\w+)"', page)[1]

        with closing(app.test_client().get(address)) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]

    def test_that_do_not_exist_are_not_remembered(self, app):
        answer = app.test_client().get("/static/nothing.css?v=1")

        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


class TestCookies:
    def test_are_bound_to_their_host_in_production(self, production):
        page = Visitor(production, host="staff.test").get("/sign-in")

        [cookie] = page.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-visit=")
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie

    @pytest.mark.requirement("CHK-08")
    def test_are_not_set_by_a_members_landing_page(self, app):
        assert "Set-Cookie" not in Visitor(app).get("/c/secret-address").headers


class TestHosts:
    def test_that_are_not_ours_are_refused(self, production):
        page = Visitor(production, host="elsewhere.invalid").get("/sign-in")

        assert page.status_code == 400
        assert "elsewhere" not in page.text

    def test_that_are_ours_are_served(self, production):
        assert Visitor(production, host="forms.test").get("/sign-in").status_code == 200
