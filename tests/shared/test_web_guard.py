"""Forms: only pages of ours may send them, and none is sent by mistake."""

import pytest

from shared.auth.actors import Role
from tests.shared.showcase import showcase
from tests.visitors import Visitor, bearer, someone


@pytest.fixture
def app(tmp_path):
    app = showcase(tmp_path)
    yield app
    app.extensions["store"].engine.dispose()


@pytest.fixture
def clinician(app):
    return Visitor(app).sign_in(Role.CLINICIAN)


class TestAForm:
    def test_is_taken_with_its_token(self, clinician):
        assert clinician.post("/form", {"where": "room 3"}).status_code == 302

    def test_is_refused_without_a_token(self, clinician):
        page = clinician.browser.post("/form", data={"where": "room 3"})

        assert page.status_code == 400
        assert "This form no longer belongs to your visit." in page.text

    def test_is_refused_with_the_token_of_another_visit(self, app, clinician):
        other = Visitor(app).sign_in(Role.CLINICIAN).form_token()
        clinician.form_token()

        page = clinician.browser.post("/form", data={"csrf_token": other})

        assert page.status_code == 400

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_is_refused_from_another_site(self, clinician, site):
        page = clinician.post("/form", {"where": "room 3"}, headers={"Sec-Fetch-Site": site})

        assert page.status_code == 400

    def test_holds_the_token_that_is_asked_for(self, clinician):
        token = clinician.form_token()
        page = clinician.get("/form").text

        assert page.count('name="csrf_token"') == 2  # the form's, and sign-out's
        assert token.split(".")[0] in page

    def test_behind_a_secret_address_needs_no_token(self, app):
        assert app.test_client().post("/c/secret-address").status_code == 200

    def test_asks_the_token_before_it_says_whether_one_may(self, app):
        assert app.test_client().post("/form", data={"where": "x"}).status_code == 400


class TestAProgram:
    def test_with_a_token_of_its_own_needs_none_of_a_form(self, app):
        person = someone(Role.CLINICIAN)
        headers = bearer(app, caller="intake", scopes=["things"], acting=person)

        answer = app.test_client().post("/api/things/", json={"name": "one"}, headers=headers)

        assert answer.status_code == 201

    def test_that_comes_by_cookie_shows_the_token_of_its_page(self, clinician):
        bare = clinician.browser.post("/api/things/", json={"name": "one"})
        shown = clinician.browser.post(
            "/api/things/",
            json={"name": "one"},
            headers={"X-CSRFToken": clinician.form_token()},
        )

        assert (bare.status_code, shown.status_code) == (400, 201)
        assert bare.content_type == "application/problem+json"

    def test_address_is_not_opened_as_a_page(self, clinician):
        page = clinician.get("/api/things/1", headers={"Sec-Fetch-Dest": "document"})

        assert page.status_code in (403, 404)
