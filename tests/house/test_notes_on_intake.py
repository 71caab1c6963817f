"""Each requirement and deliverable has its line, and every test that the line names is there."""

import re

import pytest

from tests.house.naming import NAMED, missing
from tests.house.requirements import collect
from tests.house.tree import ROOT

NOTES = ROOT / "docs" / "intake.md"
LINE = re.compile(r"^\| INT-(\d\d) \| (.+) \|$", re.MULTILINE)
DELIVERABLE = re.compile(r"^\| (\d+)\. [^|]+ \| (.+) \|$", re.MULTILINE)


def test_every_test_that_is_named_is_there() -> None:
    assert missing(NOTES.read_text()) == []


def test_each_of_the_twenty_has_its_line_and_every_clause_its_test() -> None:
    lines = LINE.findall(NOTES.read_text())

    assert [int(number) for number, _ in lines] == list(range(1, 21))
    clauses = [clause for _, line in lines for clause in line.split("; ")]
    assert [clause for clause in clauses if not NAMED.search(clause.partition("→")[2])] == []
    assert len(clauses) > 50


def test_each_of_the_ten_deliverables_has_its_line_and_every_sentence_its_test() -> None:
    lines = DELIVERABLE.findall(NOTES.read_text())

    assert [int(number) for number, _ in lines] == list(range(1, 11))
    sentences = [one for _, line in lines for one in line.split("; ")]
    assert [one for one in sentences if not NAMED.search(one.partition("→")[2])] == []
    assert len(sentences) > 60


@pytest.mark.parametrize("number", range(1, 21))
def test_each_of_the_twenty_is_marked_on_a_test_that_its_line_names(number: int) -> None:
    line = dict(LINE.findall(NOTES.read_text()))[f"{number:02}"]
    named = {
        "::".join(filter(None, (name, place.strip(":")))) for name, place in NAMED.findall(line)
    }

    marked = {test.rsplit("/", 1)[-1] for test in shown()[f"INT-{number:02}"]}
    assert named & marked


def shown() -> dict[str, list[str]]:
    """Return the tests of each requirement, asked once."""
    if not SHOWN:
        SHOWN.update(collect("tests/intake", "tests/reminders", "tests/sessions", "tests/shared"))
    return SHOWN


SHOWN: dict[str, list[str]] = {}
