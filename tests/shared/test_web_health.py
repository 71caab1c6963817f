"""Health, figures and the log of requests: what an operator sees, and what nobody sees."""

from uuid import uuid4

import pytest

from shared.auth.actors import Role
from shared.metrics import rendered
from shared.web import add_check
from tests.shared.showcase import showcase
from tests.visitors import Visitor


@pytest.fixture
def app(tmp_path):
    app = showcase(tmp_path)
    yield app
    app.extensions["store"].engine.dispose()


class TestReady:
    def test_while_everything_answers(self, app):
        add_check(app, "broker", lambda: None)

        answer = app.test_client().get("/health/ready")

        assert answer.json == {
            "status": "ready",
            "checks": {"database": "well", "broker": "well"},
        }

    def test_not_while_something_does_not_answer(self, app):
        def broken():
            raise ConnectionError("canary-7d1f")

        add_check(app, "broker", broken)
        answer = app.test_client().get("/health/ready")

        assert answer.status_code == 503
        assert answer.json["checks"]["broker"] == "not well"
        assert "canary" not in answer.text

    def test_not_without_its_database(self, app, tmp_path):
        app.extensions["store"].engine.dispose()
        for file in tmp_path.glob("showcase.sqlite*"):
            file.unlink()
        (tmp_path / "showcase.sqlite").mkdir()

        assert app.test_client().get("/health/ready").status_code == 503
        assert app.test_client().get("/health/live").status_code == 200


class TestFigures:
    def test_count_requests_by_route(self, app):
        Visitor(app).sign_in(Role.CLINICIAN).get(f"/relationships/{uuid4()}")

        shown = app.test_client().get("/internal/metrics").text

        labels = 'method="GET",route="/relationships/<uuid:relationship_id>",service="sessions"'
        assert f"http_server_request_duration_seconds_count{{{labels}" in shown

    @pytest.mark.requirement("PLT-12")
    def test_hold_no_id(self, app):
        number = uuid4()
        Visitor(app).sign_in(Role.CLINICIAN).get(f"/relationships/{number}")
        Visitor(app).get(f"/nothing/{number}")

        assert str(number) not in app.test_client().get("/internal/metrics").text

    def test_of_one_service_hold_none_of_another_in_the_same_process(self, app):
        Visitor(app).get("/sign-in")

        assert b'service="sessions"' in rendered("sessions")
        assert b'service="sessions"' not in rendered("reports")


class TestMounting:
    def test_answers_with_and_without_the_services_name_in_front(self, app):
        client = app.test_client()

        assert client.get("/sessions/health/live").status_code == 200
        assert client.get("/health/live").status_code == 200
        assert client.get("/sessionsx/health/live").status_code == 404

    def test_makes_addresses_that_fit_the_way_one_came(self, app):
        client = app.test_client()

        assert 'href="/sessions/static/' in client.get("/sessions/sign-in").text
        assert 'href="/static/' in client.get("/sign-in").text
