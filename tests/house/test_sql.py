"""No statement is made of anything but words of ours: what comes in is always a bound value."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import files, named, text_of

READ_AS_SQL = {"text", "execute", "exec_driver_sql", "DDL", "literal_column"}
OF_THE_SCHEMA = {
    "shared/audit/tables.py": "the triggers that keep the trail",
    "shared/events/lease.py": "the clock of each kind of database",
    "shared/store/engines.py": "the settings of a SQLite file",
    "shared/tenancy.py": "policies and rights, by the names of our own tables",
}
"""Files whose statements also hold names, and which ones; never a value, and none that came in."""


def made_of_more(source: str) -> Iterator[int]:
    """Yield the lines where words that are no constants of a module become a statement."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args or _called(node) not in READ_AS_SQL:
            continue
        if not all(_is_constant(part) for part in _parts(node.args[0])):
            yield node.lineno


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _parts(said: ast.expr) -> list[ast.expr]:
    """Return what a text is put together of, where it is put together."""
    if isinstance(said, ast.JoinedStr):
        return [one.value for one in said.values if isinstance(one, ast.FormattedValue)]
    if isinstance(said, ast.BinOp):
        return [*_parts(said.left), *_parts(said.right)]
    formats = isinstance(said, ast.Call) and _called(said) in ("format", "join")
    return [*said.args, *(one.value for one in said.keywords)] if formats else []


def _is_constant(part: ast.expr) -> bool:
    return isinstance(part, ast.Name) and part.id.isupper()


def shipped() -> list[tuple[str, str]]:
    """Return the name and text of every module that runs anywhere."""
    found = files("shared/*.py", "services/*.py", "deploy/*.py")
    return [(named(path), text_of(path)) for path in found]


def test_no_statement_is_made_of_what_comes_in():
    wrong = {name: lines for name, source in shipped() if (lines := list(made_of_more(source)))}

    assert {name: lines for name, lines in wrong.items() if name not in OF_THE_SCHEMA} == {}


@pytest.mark.parametrize(
    "line",
    [
        "connection.execute(text(f'SELECT * FROM person WHERE name = {name}'))",
        "connection.execute('SELECT ' + ', '.join(columns))",
        "work.session.execute(text('DELETE FROM {}'.format(table)))",
    ],
)
def test_one_that_is_would_be_noticed(line):
    assert list(made_of_more(line)) == [1]
