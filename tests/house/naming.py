"""Which tests a page names, and whether they are there."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.house.tree import files

NAMED = re.compile(r"`(test_\w+\.py)((?:::\w+)*)`")


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
