"""What the code imports is what the project asks for."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.house.tree import asked_for, files, named, text_of

pytestmark = pytest.mark.left_to_the_build("reading every import")

OURS = {"services", "shared", "deploy", "tests"}

COMES_WITH = {
    "amqp": "kombu",
    "babel": "flask-babel",
    "jinja2": "flask",
    "markupsafe": "flask",
    "vine": "kombu",
    "webargs": "flask-smorest",
    "werkzeug": "flask",
}
"""Parts of another package's own interface, and that package."""


def imported(*patterns: str) -> dict[str, str]:
    """Return each package that files of these patterns import, and one of those files."""
    found: dict[str, str] = {}
    for path in files(*patterns):
        for node in ast.walk(ast.parse(text_of(path))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                found[name.split(".")[0]] = named(path)
    return {name: path for name, path in found.items() if _from_elsewhere(name)}


def _from_elsewhere(name: str) -> bool:
    return name not in sys.stdlib_module_names and name not in OURS


def _package(module: str) -> str:
    [name, *_] = packages_distributions().get(module, [module])
    same = re.sub(r"[-_.]+", "-", name).lower()  # as package indexes compare names
    return COMES_WITH.get(same, same)


@pytest.mark.parametrize(
    ("patterns", "extras"),
    [
        (["services/*.py", "shared/*.py", "deploy/*.py"], ["charts"]),
        (["tests/*.py"], ["charts", "test", "bench"]),
    ],
    ids=["code", "tests"],
)
def test_every_import_is_asked_for(patterns, extras):
    strangers = {
        module: path
        for module, path in imported(*patterns).items()
        if _package(module) not in asked_for(*extras)
    }

    assert strangers == {}


USED_UNSEEN = {
    "govuk-frontend-jinja": "its templates are named, not imported",
    "tzdata": "the time zones of a computer that has none",
}
"""What the project asks for and no line imports, and why."""


def test_nothing_is_asked_for_that_no_line_uses():
    used = {_package(module) for module in imported("services/*.py", "shared/*.py", "deploy/*.py")}

    assert asked_for("charts") - used == set(USED_UNSEEN)
