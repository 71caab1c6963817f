"""What the notes about security promise is shown by tests that are there."""

import re

import pytest

from tests.house.naming import missing
from tests.house.tree import ROOT

NOTES = ROOT / "docs" / "security.md"
THREAT = re.compile(r"^\| T(\d+)\b", re.MULTILINE)


def test_every_test_that_is_named_is_there() -> None:
    assert missing(NOTES.read_text()) == []


def test_every_threat_has_its_line() -> None:
    assert [int(number) for number in THREAT.findall(NOTES.read_text())] == list(range(1, 31))


def test_a_line_shows_something_or_says_that_it_does_not() -> None:
    lines = [line for line in NOTES.read_text().splitlines() if re.match(r"\| (T?\d)", line)]

    assert len(lines) > 70
    shown = re.compile(r"`test_\w+\.py|\*\*not|make lint")
    assert [line for line in lines if not shown.search(line)] == []


@pytest.mark.parametrize(
    "named", ["test_nowhere.py", "test_alike.py::test_nothing", "test_seats.py::TestASeat::test_x"]
)
def test_a_name_that_leads_nowhere_is_noticed(named: str) -> None:
    assert missing(f"shown by `{named}`") == [named]
