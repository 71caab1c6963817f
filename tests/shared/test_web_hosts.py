"""The members' host is the members' alone: nothing on it leads to the staff's pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from shared.auth.actors import Role
from tests.shared.showcase import showcase
from tests.visitors import Visitor

MEMBERS = "127.0.0.1:8000"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = showcase(tmp_path)
    yield app
    app.extensions["store"].engine.dispose()


class TestMembersHost:
    @pytest.mark.parametrize("path", ["/", "/form", "/release", "/sign-in", "/operations"])
    def test_knows_no_page_of_staff(self, app, path):
        clinician = Visitor(app, host=MEMBERS).sign_in(Role.CLINICIAN)

        answer = clinician.get(path)

        assert answer.status_code == 404
        assert "house-rail" not in answer.text

    @pytest.mark.parametrize("path", ["/c/abc", "/leave", "/health/live"])
    def test_shows_what_is_theirs(self, app, path):
        assert Visitor(app, host=MEMBERS).get(path).status_code == 200

    def test_shows_files_of_the_layout(self, app):
        with Visitor(app, host=MEMBERS).get("/static/tokens.css") as answer:
            assert answer.status_code == 200


class TestStaffHost:
    def test_shows_both(self, app):
        visitor = Visitor(app, host="localhost:8000").sign_in(Role.CLINICIAN)

        assert visitor.get("/form").status_code == 200
        assert visitor.get("/c/abc").status_code == 200
