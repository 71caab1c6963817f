"""Errors: a page for people, a problem document for programs, and nothing personal for anyone."""

from uuid import UUID, uuid4

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


@pytest.fixture
def program(app):
    headers = bearer(app, caller="intake", scopes=["things"], acting=someone(Role.CLINICIAN))

    def call(method, url, **more):
        return app.test_client().open(url, method=method, headers=headers, **more)

    return call


class TestAPage:
    def test_says_the_sentence_of_a_refusal(self, clinician):
        page = clinician.get("/refused")

        assert page.status_code == 409
        assert "Load the page again and repeat your change." in page.text
        assert page.mimetype == "text/html"

    def test_of_an_unexpected_error_gives_a_number_and_nothing_else(self, clinician):
        page = clinician.get("/broken")

        assert page.status_code == 500
        assert page.headers["X-Request-Id"] in page.text
        assert "canary-7d1f" not in page.text
        assert "Traceback" not in page.text

    def test_that_does_not_exist_keeps_the_menu(self, clinician):
        page = clinician.get("/nothing")

        assert page.status_code == 404
        assert "Check-ins" in page.text

    def test_that_does_not_exist_is_neutral_on_the_members_host(self, app):
        page = Visitor(app, host="127.0.0.1:8000").get("/nothing")

        assert page.status_code == 404
        assert "Attune" not in page.text
        assert "Leave" in page.text

    def test_that_takes_no_posts_says_what_it_takes(self, clinician):
        page = clinician.post("/release")

        assert page.status_code == 405
        assert "GET" in page.headers["Allow"]

    def test_refuses_what_is_too_large(self, tmp_path):
        visitor = Visitor(showcase(tmp_path, max_body_bytes=2_000)).sign_in(Role.CLINICIAN)

        page = visitor.post("/form", {"note": "x" * 3_000})

        assert page.status_code == 413
        assert "That is too large" in page.text


class TestAProblem:
    def test_says_the_sentence_of_a_refusal(self, program):
        answer = program("GET", f"/api/things/{uuid4()}")

        assert answer.content_type == "application/problem+json"
        assert answer.json["status"] == answer.status_code == 409
        assert answer.json["type"] == "urn:attune:refusal:Conflict"
        assert "repeat your change" in answer.json["detail"]
        assert UUID(answer.json["request_id"])

    def test_names_the_route_and_not_the_ids_in_it(self, program):
        answer = program("GET", f"/api/things/{uuid4()}")

        assert answer.json["instance"] == "/api/things/<uuid:thing_id>"

    def test_points_at_each_mistake(self, program):
        answer = program("POST", "/api/things/", json={"mail": {"to": "nobody"}, "more": 1})

        found = {mistake["pointer"]: mistake["detail"] for mistake in answer.json["errors"]}
        assert answer.status_code == 422
        assert found == {
            "/json/name": "Missing data for required field.",
            "/json/mail/to": "Not a valid email address.",
            "/json/more": "Unknown field.",
        }

    def test_never_repeats_what_was_sent(self, program):
        answer = program("POST", "/api/things/", json={"name": "canary-" + "x" * 30})

        assert "canary" not in answer.text

    def test_keeps_the_headers_of_its_error(self, program):
        answer = program("DELETE", f"/api/things/{uuid4()}")

        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert answer.content_type == "application/problem+json"

    def test_is_told_of_a_body_that_is_no_json(self, program):
        answer = program("POST", "/api/things/", data="{", content_type="application/json")

        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"

    def test_answers_addresses_that_do_not_exist(self, app):
        answer = app.test_client().get("/api/nothing")

        assert (answer.status_code, answer.json["title"]) == (404, "Not Found")


class TestTheApiDocument:
    @pytest.fixture
    def document(self, app):
        return app.test_client().get("/api/openapi.json").json

    def test_is_openapi_3_1(self, document):
        assert document["openapi"] == "3.1.0"
        assert document["info"]["title"] == "Attune sessions"

    def test_lists_the_routes_for_programs(self, document):
        assert set(document["paths"]) == {"/api/things/", "/api/things/{thing_id}"}

    def test_says_that_errors_are_problem_documents(self, document):
        answers = document["paths"]["/api/things/"]["post"]["responses"]
        named = answers["422"]["$ref"].rsplit("/", 1)[1]

        shown = document["components"]["responses"][named]["content"]
        assert list(shown) == ["application/problem+json"]
        assert "instance" in document["components"]["schemas"]["Problem"]["properties"]

    def test_is_not_for_strangers_outside(self, app):
        outside = {"X-Forwarded-For": "192.0.2.1"}

        assert app.test_client().get("/api/openapi.json", headers=outside).status_code == 401
