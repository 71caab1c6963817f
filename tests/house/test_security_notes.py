"""What the notes about security promise is shown by tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

NOTES = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(test_\w+\.py)((?:::\w+)*)`")
THREAT = re.compile(r"^\| T(\d+)\b", re.MULTILINE)


@cache
def standing_in(name: str) -> frozenset[tuple[str, ...]]:
    """Return what stands in the test files of a name: classes, their tests, and tests alone."""
    found: set[tuple[str, ...]] = set()
    for path in files("tests/*.py"):
        if path.name == name:
            found |= {()} | set(_defined(path))
    return frozenset(found)


def _defined(path: Path) -> list[tuple[str, ...]]:
    outer = ast.parse(path.read_text()).body
    named = [one for one in outer if isinstance(one, ast.ClassDef | ast.FunctionDef)]
    within = [
        (one.name, inner.name)
        for one in named
        if isinstance(one, ast.ClassDef)
        for inner in one.body
        if isinstance(inner, ast.FunctionDef)
    ]
    return [(one.name,) for one in named] + within


def missing(text: str) -> list[str]:
    """Return the tests that a text names and that are nowhere."""
    said = [(name, tuple(filter(None, place.split("::")))) for name, place in NAMED.findall(text)]
    return sorted(
        {"::".join((name, *place)) for name, place in said if place not in standing_in(name)}
    )


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
