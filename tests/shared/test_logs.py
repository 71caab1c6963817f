"""Logs: they say what happened, and never to whom."""

import logging
from io import StringIO
from json import loads
from uuid import UUID, uuid4

import pytest

from shared import tracing
from shared.auth.actors import Role
from shared.errors import Refusal
from shared.logs import REDACTED, configure_logs, logger
from tests.shared.showcase import showcase
from tests.visitors import Visitor

CANARY = "canary-7d1f"


@pytest.fixture
def lines():
    """Return a function that gives the lines written so far, as objects."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = StringIO()
    configure_logs(service="sessions", level="DEBUG", stream=written)

    def read():
        return [loads(line) for line in written.getvalue().splitlines()]

    yield read
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("attune").setLevel(logging.NOTSET)


def the_line(lines, event):
    [found] = [line for line in lines() if line["event"] == event]
    return found


class TestALine:
    def test_keeps_codes_counts_spans_and_ids(self, lines):
        number = uuid4()

        logger("events").info(
            "told", stream="intake.people", told_count=3, took_ms=1.5, row_id=number
        )

        line = the_line(lines, "told")
        assert (line["stream"], line["told_count"], line["took_ms"]) == ("intake.people", 3, 1.5)
        assert UUID(line["row_id"]) == number
        assert (line["logger"], line["service"]) == ("attune.events", "sessions")

    @pytest.mark.parametrize(
        "said",
        [
            {"name": CANARY},
            {"person_id": CANARY},
            {"told_count": CANARY},
            {"code": f"a {CANARY}"},
            {"route": f"/c/{CANARY}?x=y"},
            {"frames": [CANARY]},
            {"status": CANARY},
            {"stream": {"of": CANARY}},
            {"trace_id": CANARY},
        ],
    )
    @pytest.mark.requirement("PLT-12")
    def test_writes_nothing_else(self, lines, said):
        logger("events").info("told", **said)

        line = the_line(lines, "told")
        assert {line[key] for key in said} == {REDACTED}
        assert CANARY not in str(line)

    def test_writes_no_sentence_for_an_event(self, lines):
        logger("events").info(f"We met {CANARY}")

        assert [line["event"] for line in lines()] == [REDACTED]

    def test_stays_one_line_whatever_it_is_given(self, lines):
        logger("events").info("told", code="a\r\nb", kind="x\u2028y")

        assert the_line(lines, "told")["code"] == REDACTED

    def test_of_an_exception_has_its_class_and_way_and_no_text(self, lines):
        class Unlucky(Refusal):
            """Not now."""

        try:
            raise Unlucky(CANARY)
        except Unlucky:
            logger("jobs").exception("failed")

        line = the_line(lines, "failed")
        assert (line["error"], line["code"]) == ("Unlucky", "Unlucky")
        assert line["frames"][-1].startswith("tests/shared/test_logs.py:")
        assert CANARY not in str(line)

    def test_of_a_library_has_its_name_and_no_text(self, lines):
        logging.getLogger("apprise.send").warning("could not reach %s", CANARY)
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("kombu").exception("lost %s", CANARY, extra={"to": CANARY})

        first, second = lines()
        assert (first["library"], first["level"]) == ("apprise", "warning")
        assert (second["library"], second["error"]) == ("kombu", "ValueError")
        assert CANARY not in str([first, second])

    def test_of_a_library_is_not_believed_to_be_a_code(self, lines):
        logging.getLogger("apprise").warning(CANARY)

        assert [line["event"] for line in lines()] == ["library"]

    def test_names_the_trace_it_belongs_to(self, lines):
        with tracing.following(None) as trace:
            logger("events").info("told")

        assert the_line(lines, "told")["trace_id"] == trace.trace_id

    def test_is_redacted_even_where_nobody_configured_logs(self, caplog):
        try:
            raise ValueError(CANARY)
        except ValueError:
            logger("jobs").exception("failed", name=CANARY)

        assert "failed" in caplog.text
        assert CANARY not in caplog.text


@pytest.mark.requirement("PLT-12")
class TestTheLineOfARequest:
    def test_names_the_route_and_never_the_address(self, lines, tmp_path):
        app = showcase(tmp_path)

        Visitor(app).get(f"/c/{CANARY}?who={CANARY}", headers={"Referer": CANARY})

        line = the_line(lines, "answered")
        assert (line["route"], line["status"], line["method"]) == ("/c/<address>", 200, "GET")
        assert CANARY not in str(lines())

    def test_names_no_method_that_no_standard_knows(self, lines, tmp_path):
        Visitor(showcase(tmp_path)).browser.open("/sign-in", method=CANARY.upper())

        assert the_line(lines, "answered")["method"] == "other"

    def test_carries_the_number_of_the_answer(self, lines, tmp_path):
        page = Visitor(showcase(tmp_path)).get("/sign-in")

        assert the_line(lines, "answered")["request_id"] == page.headers["X-Request-Id"]

    def test_of_an_error_says_where_and_not_what(self, lines, tmp_path):
        Visitor(showcase(tmp_path)).sign_in(Role.CLINICIAN).get("/broken")

        line = the_line(lines, "unexpected")
        assert line["error"] == "ValueError"
        assert line["frames"][-1].endswith(" broken")
        assert CANARY not in str(lines())

    def test_continues_the_trace_that_the_caller_began(self, lines, tmp_path):
        began = tracing.start()

        Visitor(showcase(tmp_path)).get("/sign-in", headers={"traceparent": began.traceparent})

        assert the_line(lines, "answered")["trace_id"] == began.trace_id


class TestATrace:
    def test_is_read_as_the_standard_writes_it(self):
        text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

        assert tracing.parse(text).traceparent == text

    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            "x",
            "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\nx",
        ],
    )
    def test_that_is_none_is_passed_over(self, text):
        assert tracing.parse(text) is None

    def test_goes_on_in_a_step_of_its_own(self):
        before = tracing.start()

        with tracing.following(before.traceparent) as step:
            assert tracing.current_traceparent() == step.traceparent

        assert step.trace_id == before.trace_id
        assert step.step_id != before.step_id
        assert tracing.current() is None
