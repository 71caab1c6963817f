"""What a list of people holds: rows, or mistakes with what to do about each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.people.domain import Contact, Details, NotAsked
from shared.errors import Refusal

NEEDED = (
    "relationship",
    "member",
    "email",
    "zone",
    "language",
    "window_days",
    "window_from",
    "window_to",
)
OPTIONAL = ("name", "pronouns", "label", "not_asked", "paper")
COLUMNS = (*NEEDED, *OPTIONAL)
MOST_ROWS = 50_000
MOST_BYTES = 20_000_000
"""The largest file that comes by the web."""
MOST_SHOWN = 200
"""How many mistakes are listed at once."""


class FileNotUsable(Refusal):
    """This file cannot be read as a list of people."""


class NothingWaits(Refusal):
    """This file is no longer waiting. Choose it once more."""

    status = 410


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong in one line (1 is the first of the file), and what to do about it."""

    line: int
    column: str
    reason: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One member as the file has them; ``paper`` are the purposes that they once signed for."""

    line: int
    relationship: str
    member: str
    details: Details
    contact: Contact
    label: str | None
    paper: tuple[str, ...] = ()
    not_asked: NotAsked | None = None


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What a file holds: usable only where there is no mistake."""

    rows: tuple[Row, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def groups(self) -> Mapping[str, Sequence[Row]]:
        """Return the rows by relationship, capitals aside, in the order of the file."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.relationship.casefold()].append(row)
        return found
