"""Who may come in where, and what may be opened there: every view of every service, in one file.

``matrix.toml`` beside this module has a table per service, and one (``shared``) for the views that
all of them have. A view without a line is open to nobody. The words of a line are the roles of
staff and those of ``Word``; ``service:<scope>`` admits a service whose token holds that scope.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from shared.auth.actors import Door, Role
from shared.labels import Label

FILE = Path(__file__).with_name("matrix.toml")
SHARED = "shared"
SCOPE = "service:"


class Word(StrEnum):
    """What a line may say besides the roles of staff."""

    PUBLIC = "public"
    """Anyone, signed in or not."""
    STAFF = "staff"
    """Any member of staff, in any role."""
    ADDRESS = "address"
    """Whoever holds the secret address; no cookie is looked at, so no form token is asked."""
    LINK = "link"
    """A member whose form is open."""
    SEAT = "seat"
    """A member seated by staff."""
    INSIDE = "inside"
    """A caller on the internal door, which the gateway does not lead to."""


class BadMatrix(Exception):
    """The access file does not read; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may use one view, and which labels of sealed data it may open."""

    words: frozenset[Word] = frozenset()
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()
    opens: frozenset[Label] = frozenset()
    fresh: bool = False
    """Whether staff must have shown within the last ten minutes that it is them."""

    @property
    def for_members(self) -> bool:
        """Whether the view belongs to the members' world."""
        return bool(self.words & {Word.ADDRESS, Word.LINK, Word.SEAT})

    @property
    def for_staff(self) -> bool:
        """Whether some member of staff may use the view by signing in."""
        return bool(self.roles)

    def admits(self, role: Role | None) -> bool:
        """Whether a member of staff in this role may use the view."""
        return role in self.roles

    def allows(self, who: Role | Word, label: Label) -> bool:
        """Whether someone in this role, or by this door, is shown data of a label by the view."""
        comes_in = who in self.roles if isinstance(who, Role) else who in self.words
        return comes_in and label in self.opens

    def doors(self) -> list[Door]:
        """Return the doors to try, in order."""
        tried = {
            Door.SERVICE: bool(self.scopes),
            Door.STAFF: self.for_staff or Word.PUBLIC in self.words,
            Door.SEAT: Word.SEAT in self.words,
            Door.LINK: Word.LINK in self.words,
        }
        return [door for door, wanted in tried.items() if wanted]


def rules_of(service: str) -> Mapping[str, Rule]:
    """Return the rules of a service by endpoint, those of all services included.

    Raises BadMatrix where the file does not read.
    """
    every = whole_matrix()
    return {**every.get(SHARED, {}), **every.get(service, {})}


@cache
def whole_matrix() -> Mapping[str, Mapping[str, Rule]]:
    """Return all rules: by service (or ``shared``), then by endpoint. Raises BadMatrix."""
    try:
        tables = tomllib.loads(FILE.read_text())
    except tomllib.TOMLDecodeError as problem:
        raise BadMatrix(f"{FILE.name}: {problem}") from problem
    return {name: _table(name, lines) for name, lines in tables.items()}


def parse(
    words: Iterable[str], *, where: str, opens: Iterable[str] = (), fresh: bool = False
) -> Rule:
    """Return the rule that a line spells. Raises BadMatrix for a word or a label unknown."""
    given, labels = list(words), list(opens)
    roles = {Role(word) for word in given if word in list(Role)}
    plain = {Word(word) for word in given if word in list(Word)}
    scopes = {word.removeprefix(SCOPE) for word in given if word.startswith(SCOPE)}
    if not given or len(roles) + len(plain) + len(scopes) != len(given):
        raise BadMatrix(f"{where}: {given} has a word that is unknown or said twice, or no word.")
    known = {Label(label) for label in labels if label in list(Label)}
    if len(known) != len(labels):
        raise BadMatrix(f"{where}: {labels} has a label that is unknown or said twice.")
    return Rule(
        words=frozenset(plain),
        roles=frozenset(Role) if Word.STAFF in plain else frozenset(roles),
        scopes=frozenset(scopes),
        opens=frozenset(known),
        fresh=fresh,
    )


def _table(name: str, lines: Any) -> dict[str, Rule]:
    if not isinstance(lines, dict):
        raise BadMatrix(f"{FILE.name}: put {name} under a table, such as [{SHARED}].")
    return {endpoint: _line(f"{name}:{endpoint}", line) for endpoint, line in lines.items()}


def _line(where: str, line: Any) -> Rule:
    if isinstance(line, list):
        return parse(line, where=where)
    if isinstance(line, dict) and {"who"} < set(line) <= {"who", "opens", "fresh"}:
        fresh = line.get("fresh", False) is True
        return parse(line["who"], where=where, opens=line.get("opens", ()), fresh=fresh)
    raise BadMatrix(
        f'{where}: write "blueprint.view" in quotes, then [words], or who with opens or fresh.'
    )
