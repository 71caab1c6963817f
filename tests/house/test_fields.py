"""No form, column or fact asks for a sex, a part in a marriage, a flaw, or exactly two members."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum

import pytest

from services.intake.app import Base as Intake
from services.intake.people import domain as people
from services.reminders.app import Base as Reminders
from services.reports.app import Base as Reports
from services.sessions.app import Base as Sessions
from shared.contracts import CATALOGUE, words
from tests.house.tree import files, named, text_of

DENIED = {
    "a sex or gender": {"sex", "gender", "male", "female", "man", "woman", "men", "women"},
    "a part in a marriage": {
        "husband",
        "wife",
        "spouse",
        "marital",
        "married",
        "bride",
        "groom",
        "boyfriend",
        "girlfriend",
    },
    "one of them as the one with the difficulty": {"patient", "identified", "index"},
    "a flaw": {"desire", "libido", "drive", "dysfunction", "frigid", "impotent", "disorder"},
    "exactly two": {"first_partner", "second_partner", "partner_a", "partner_b", "other_partner"},
}
FIELD = re.compile(r'parts\.(?:field|long_field|pick|choices)\("([\w-]+)"')
PLAIN = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([\w.-]+)')
OPTION = re.compile(r'<option value="([\w.-]+)"|type="(?:radio|checkbox)"[^>]*\bvalue="([\w.-]+)"')


def field_names() -> Iterator[tuple[str, str]]:
    """Yield where a name stands, and the name: of fields, options, columns, facts and choices."""
    for path in files("services/**/templates/**"):
        for pattern in (FIELD, PLAIN, OPTION):
            for found in pattern.findall(text_of(path)):
                yield named(path), found if isinstance(found, str) else "".join(found)
    for base in (Intake, Sessions, Reminders, Reports):
        for table in base.metadata.tables.values():
            yield from ((table.name, column.name) for column in table.columns)
            yield table.name, table.name
    for kind in CATALOGUE.values():
        yield from ((kind.type, field.name) for field in fields(kind))
        yield kind.type, kind.type
    for path in files("deploy/seed/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            yield from ((named(path), name) for name in _data_names(node))
    for module in (people, words):
        for choice in vars(module).values():
            if isinstance(choice, type) and issubclass(choice, StrEnum):
                yield from ((choice.__name__, str(option)) for option in choice)


def _data_names(node: ast.AST) -> Iterator[str]:
    """Yield what invented data calls its own: fields, arguments, and the keys of its tables."""
    if isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    if isinstance(node, ast.Dict):
        keys = (key.value for key in node.keys if isinstance(key, ast.Constant))
        yield from (key for key in keys if isinstance(key, str))


def hits(name: str) -> list[str]:
    """Return what a name asks for that nothing may ask."""
    parts = set(re.split(r"[^a-z]+", name.casefold())) | {name.casefold()}
    return [what for what, said in DENIED.items() if parts & said]


@pytest.mark.requirement("INT-18")
def test_nothing_asks_for_what_nobody_is_to_be_asked():
    names = list(field_names())

    assert len(names) > 400
    assert {(where, name): said for where, name in names if (said := hits(name))} == {}


@pytest.mark.requirement("INT-18")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sex", 1),
        ("marital_status", 1),
        ("identified-patient", 1),
        ("desire.level", 1),
        ("zone", 0),
    ],
)
def test_the_list_recognises_what_it_is_about(name, said):
    assert len(hits(name)) == said
