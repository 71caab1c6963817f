"""What a request may bring: each field once, readable text, in the form that the door reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shared.auth.actors import Role
from shared.auth.matrix import rules_of
from shared.settings import SERVICES
from shared.web.sent import SEVERAL
from tests.shared.showcase import showcase
from tests.visitors import Visitor, bearer, someone

WELL = {"where": "room 3"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = showcase(tmp_path)
    yield made
    made.extensions["store"].engine.dispose()


@pytest.fixture
def clinician(app: Flask) -> Visitor:
    return Visitor(app).sign_in(Role.CLINICIAN)


class TestAForm:
    def test_with_a_field_twice_is_refused_with_a_sentence(self, clinician: Visitor) -> None:
        page = clinician.post("/form", {"where": ["room 3", "room 4"]})

        assert page.status_code == 400
        assert "A field arrived twice" in page.text

    def test_takes_several_ticks_where_boxes_are_to_tick(self, clinician: Visitor) -> None:
        assert clinician.post("/form", {**WELL, "also": ["a", "b"]}).status_code == 302

    def test_is_not_read_from_the_address_besides(self, clinician: Visitor) -> None:
        assert clinician.post("/form?where=room+4", WELL).status_code == 400

    def test_with_a_sign_that_cannot_be_kept_is_refused(self, clinician: Visitor) -> None:
        page = clinician.post("/form", {"where": "room \x00 3"})

        assert page.status_code == 400
        assert "a sign that cannot be kept" in page.text

    def test_keeps_signs_that_come_along_when_people_paste(self, clinician: Visitor) -> None:
        assert clinician.post("/form", {**WELL, "note": "a\x0bb\ufffd\u200f"}).status_code == 302

    def test_sent_as_something_else_is_refused(self, clinician: Visitor) -> None:
        headers = {"X-CSRFToken": clinician.form_token()}

        page = clinician.browser.post("/form", json=WELL, headers=headers)

        assert page.status_code == 415
        assert "arrived in another form" in page.text


class TestAProgram:
    @pytest.fixture
    def call(self, app: Flask) -> Any:
        headers = bearer(app, caller="intake", scopes=["things"], acting=someone(Role.CLINICIAN))
        return lambda **sent: app.test_client().post("/api/things/", headers=headers, **sent)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ('{"name": "one"}', 201),
            ('{"name": "one", "name": "two"}', 400),
            ('{"name": "\\u0000"}', 400),
            ('{"name": "\\ud800"}', 400),
            ('{"name": "one"', 400),
            ("[" * 50_000, 400),
        ],
    )
    def test_sends_json_that_reads_one_way_only(self, call: Any, body: str, status: int) -> None:
        answer = call(data=body, content_type="application/json")

        assert answer.status_code == status
        assert answer.content_type.startswith("application/")

    def test_sends_no_form(self, call: Any) -> None:
        answer = call(data={"name": "one"})

        assert answer.status_code == 415
        assert "programs send JSON" in answer.json["detail"]


def test_an_address_that_no_row_could_have_leads_nowhere(clinician: Visitor) -> None:
    assert clinician.get("/c/a%00b").status_code == 404


def test_boxes_to_tick_are_listed_for_views_that_are_in_the_matrix() -> None:
    known = set().union(*(rules_of(service) for service in SERVICES))

    assert set(SEVERAL) <= known
