"""The house is tidy: every file says what it is for, none is long, nothing is silenced."""

import ast
import re

import pytest

from tests.house.tree import files, modules, named, text_of

LONGEST = 300
REGISTRIES = ("pypi", "pythonhosted", "npmjs", "debian")
REGISTRY = re.compile(rf"https?://[a-z0-9.-]*({'|'.join(REGISTRIES)})\.[a-z]+")
MACHINES = ("work", "farm", "root", "Users")
MACHINE_PATH = re.compile(rf"(?<![\w.$}}*-])/({'|'.join(MACHINES)})/")
SILENCED = re.compile("#" + r" *(noqa|type: *ignore)")


def test_every_module_opens_with_a_sentence():
    silent = [named(path) for path in modules() if not ast.get_docstring(ast.parse(text_of(path)))]

    assert silent == []


def test_no_module_is_longer_than_a_few_screens():
    written = [path for path in modules() if not {"versions", "tests"} & set(path.parts)]

    long = {named(path): length for path in written if (length := _length(path)) > LONGEST}

    assert long == {}


def test_the_checkers_are_hardly_ever_silenced():
    silenced = [named(path) for path in modules() for _ in SILENCED.findall(text_of(path))]

    assert len(silenced) <= 3, silenced


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE_PATH], ids=["registries", "machines"])
def test_nothing_names_where_packages_come_from_or_whose_computer_this_was(pattern):
    found = {named(path): hit[0] for path in files() if (hit := pattern.search(text_of(path)))}

    assert found == {}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY, f"index = https://{REGISTRIES[0]}.org/simple"),
        (MACHINE_PATH, f"see /{MACHINES[0]}/main"),
        (SILENCED, "x = 1  #" + " noqa: E501"),
        (SILENCED, "x = 1  #" + " type: ignore[misc]"),
    ],
)
def test_these_rules_would_notice(pattern, line):
    assert pattern.search(line)


def _length(path) -> int:
    return len(text_of(path).splitlines())
