"""What is read of a message, and what is refused with which code."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.contracts import BadEvent
from shared.contracts.sessions import PlanChanged
from shared.contracts.words import PlanState
from shared.events.broker import CONTENT_TYPE
from shared.events.heard import Heard, read_again, read_envelope

CLINIC, RELATIONSHIP, PLAN = (UUID(int=nth, version=4) for nth in (1, 2, 3))

DATA: dict[str, Any] = {
    "relationship_id": str(RELATIONSHIP),
    "plan_id": str(PLAN),
    "state": "running",
    "version": 3,
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": str(UUID(int=4, version=4)),
    "source": "/sessions",
    "type": PlanChanged.type,
    "subject": str(RELATIONSHIP),
    "time": "2026-11-26T10:00:00+00:00",
    "clinicid": str(CLINIC),
    "stream": "sessions.work",
    "partition": 0,
    "subjectversion": 3,
    "dataclassification": "pseudonymous",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "data": DATA,
    "position": 7,
    "generation": str(UUID(int=5, version=4)),
}


def heard(**other: Any) -> Heard:
    """Return the event as a listener hears it, with some attributes otherwise."""
    [one] = read_envelope(json.dumps([{**EVENT, **other}]), CONTENT_TYPE, CONTENT_TYPE)
    return one


def refused(one: Heard) -> str:
    """Return the code with which an event is refused."""
    with pytest.raises(BadEvent) as bad:
        one.event()
    return bad.value.code


class TestAnEvent:
    def test_says_what_its_contract_names(self):
        said = PlanChanged(
            clinic_id=CLINIC,
            occurred_at=datetime(2026, 11, 26, 10, tzinfo=UTC),
            relationship_id=RELATIONSHIP,
            plan_id=PLAN,
            state=PlanState.RUNNING,
            version=3,
        )

        assert heard().event() == said
        assert heard().place == ("sessions.work", 0)

    def test_is_the_same_after_it_was_put_aside(self):
        assert read_again(heard().text()) == heard()
        assert json.loads(heard().text()) == EVENT

    def test_may_say_more_than_is_known_here(self):
        assert heard(data={**DATA, "of_tomorrow": [1]}, more="as well").event() == heard().event()

    def test_has_its_moment_in_utc(self):
        told = heard(time="2026-11-26T12:00:00+02:00").event()

        assert told is not None
        assert told.occurred_at == datetime(2026, 11, 26, 10, tzinfo=UTC)
        assert told.occurred_at.tzinfo is UTC

    def test_of_a_type_that_nobody_knows_is_none(self):
        assert heard(type="sessions.weather.changed.v1").event() is None

    @pytest.mark.requirement("PLT-10")
    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"type": "sessions.plan.changed.v2"}, "version_unknown"),
            ({"dataclassification": "gossip"}, "classification_unknown"),
            ({"dataclassification": 3}, "classification_unknown"),
            ({"data": None}, "data_missing"),
            ({"data": [1]}, "data_missing"),
            ({"data": {**DATA, "version": "3"}}, "field_unreadable"),
            ({"data": {**DATA, "version": True}}, "field_unreadable"),
            ({"data": {**DATA, "state": "adored"}}, "field_unreadable"),
            ({"data": {**DATA, "plan_id": "everything"}}, "field_unreadable"),
            ({"data": {"state": "running"}}, "field_missing"),
            ({"time": "2026-11-26T10:00:00"}, "field_unreadable"),
            ({"time": None}, "field_unreadable"),
            ({"time": 3}, "field_unreadable"),
        ],
        ids=lambda given: given if isinstance(given, str) else "",
    )
    def test_that_does_not_fit_is_refused_with_a_code(self, other, code):
        assert refused(heard(**other)) == code


class TestAMessage:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("", "not_json"),
            ("[{]", "not_json"),
            (b"\xff", "not_json"),
            ("{}", "attributes"),
            ("[1]", "attributes"),
            (json.dumps([{**EVENT, "position": "last"}]), "attributes"),
            (json.dumps([{**EVENT, "clinicid": "ours"}]), "attributes"),
            (json.dumps([{name: EVENT[name] for name in EVENT if name != "id"}]), "attributes"),
        ],
        ids=lambda given: given if given in ("not_json", "attributes") else "",
    )
    def test_that_is_none_is_refused_whole(self, body, code):
        with pytest.raises(BadEvent) as bad:
            read_envelope(body, CONTENT_TYPE, CONTENT_TYPE)

        assert bad.value.code == code

    def test_of_another_kind_is_not_read(self):
        with pytest.raises(BadEvent) as bad:
            read_envelope(json.dumps([EVENT]), "application/json", CONTENT_TYPE)

        assert bad.value.code == "content_type"
