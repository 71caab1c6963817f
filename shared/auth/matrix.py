"""Who may come in where: every route of every service, read from the files beside this one.

``matrix/<service>.toml`` has a line per view, ``"blueprint.view" = ["word", …]``; ``shared.toml``
lists the views that all services have. A route without a line is open to nobody. The words are
the roles of staff and those of ``Word``; ``service:<scope>`` admits a service whose token holds
that scope.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from shared.auth.actors import Door, Role

FOLDER = Path(__file__).parent / "matrix"
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
    """The access files do not read; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may use one view."""

    words: frozenset[Word] = frozenset()
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()

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

    def doors(self) -> list[Door]:
        """Return the doors to try, in order."""
        tried = {
            Door.SERVICE: bool(self.scopes),
            Door.STAFF: self.for_staff or Word.PUBLIC in self.words,
            Door.SEAT: Word.SEAT in self.words,
            Door.LINK: Word.LINK in self.words,
        }
        return [door for door, wanted in tried.items() if wanted]


@cache
def rules_of(service: str) -> Mapping[str, Rule]:
    """Return the rules of a service by endpoint, those of all services included.

    Raises BadMatrix where a file does not read.
    """
    return _read(SHARED) | _read(service)


def parse(words: Iterable[str], *, where: str) -> Rule:
    """Return the rule that a line's words spell. Raises BadMatrix for a word unknown."""
    given = list(words)
    roles = {Role(word) for word in given if word in list(Role)}
    plain = {Word(word) for word in given if word in list(Word)}
    scopes = {word.removeprefix(SCOPE) for word in given if word.startswith(SCOPE)}
    if not given or len(roles) + len(plain) + len(scopes) != len(given):
        raise BadMatrix(f"{where}: {given} has a word that is unknown or said twice, or no word.")
    return Rule(
        words=frozenset(plain),
        roles=frozenset(Role) if Word.STAFF in plain else frozenset(roles),
        scopes=frozenset(scopes),
    )


def _read(name: str) -> dict[str, Rule]:
    path = FOLDER / f"{name}.toml"
    if not path.exists():
        return {}
    try:
        lines = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as problem:
        raise BadMatrix(f"{path.name}: {problem}") from problem
    for endpoint, words in lines.items():
        if not isinstance(words, list):
            raise BadMatrix(f'{path.name}: write "{endpoint}" in quotes, and its words in [].')
    return {at: parse(words, where=f"{name}:{at}") for at, words in lines.items()}
