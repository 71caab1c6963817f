"""What the notes about security promise is shown by tests that are there."""

import re
from pathlib import Path

import pytest

from tests.house.naming import missing
from tests.house.tree import ROOT

NOTES = ROOT / "docs" / "security.md"
CLAUSES = ROOT / "docs" / "trust.md"
PAGES = pytest.mark.parametrize("page", [NOTES, CLAUSES], ids=lambda page: page.stem)
PLATFORM = (*range(1, 10), 12, 15, 16, 17, 19, 20, 21, 24)
NUMBERS = [*(f"PLT-{number:02}" for number in PLATFORM), "REC-10", "ASVS"]
"""What was asked for by number."""

SHOWN = re.compile(r"`test_\w+\.py|\*\*not|make lint")
THREAT = re.compile(r"^\| T(\d+)\b", re.MULTILINE)


@PAGES
def test_every_test_that_is_named_is_there(page: Path) -> None:
    assert missing(page.read_text()) == []


def test_every_number_that_was_asked_for_has_its_clauses() -> None:
    named = re.findall(r"^\| ([A-Z]+(?:-\d+)?) ", CLAUSES.read_text(), re.MULTILINE)

    assert sorted(set(named)) == sorted(NUMBERS)


def test_every_threat_has_its_line() -> None:
    assert [int(number) for number in THREAT.findall(NOTES.read_text())] == list(range(1, 31))


def test_a_line_shows_something_or_says_that_it_does_not() -> None:
    lines = [line for line in NOTES.read_text().splitlines() if re.match(r"\| (T?\d)", line)]

    assert len(lines) > 70
    assert [line for line in lines + clauses() if not SHOWN.search(line)] == []


def clauses() -> list[str]:
    """Return the lines of the tables about clauses, but for their heads."""
    lines = [line for line in CLAUSES.read_text().splitlines() if line.startswith("| ")]
    return [line for line in lines if not line.endswith("| shown by |")]


@pytest.mark.parametrize(
    "named", ["test_nowhere.py", "test_alike.py::test_nothing", "test_seats.py::TestASeat::test_x"]
)
def test_a_name_that_leads_nowhere_is_noticed(named: str) -> None:
    assert missing(f"shown by `{named}`") == [named]
