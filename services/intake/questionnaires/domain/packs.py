"""What a pack is: a questionnaire with its licence, source, words, scoring and limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
OWN_WORDS = "authors"
"""In ``reviewed_by``: these are the words in which it was published."""


class Form(StrEnum):
    """Whether the questions are here, or only the place for a score that the clinic has."""

    ITEMS = "items"
    SCORE = "score"


class Kind(StrEnum):
    """How an item is answered."""

    SCALE = "scale"
    """One of some words, each worth a number."""
    STEPS = "steps"
    """A number between two words."""
    CHOICE = "choice"
    SEVERAL = "several"
    LINES = "lines"
    """A list in one's own words."""
    TEXT = "text"


class Summing(StrEnum):
    """How a score comes about; most of our own packs have none."""

    SUM = "sum"
    MEAN = "mean"
    NONE = "none"


class Direction(StrEnum):
    """Which end of a score is the easier one to live with."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Licence:
    """On what ground it is here: the text that a clinic can point to, and when it was looked at."""

    name: str
    text: str
    checked_on: date


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question. ``values`` are the numbers it can be worth, as printed; ``options`` codes.

    ``scale`` names the words that several items share.
    """

    code: str
    kind: Kind
    scale: str = ""
    values: Sequence[int] = ()
    options: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """The items that stand on one page."""

    code: str
    items: Sequence[Item]


@dataclass(frozen=True, kw_only=True)
class ItemWords:
    """An item in one language; ``options`` in the order of its values or codes."""

    says: str
    hint: str = ""
    low: str = ""
    high: str = ""
    options: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Language:
    """A pack in one language; nobody in ``reviewed_by`` means that a native reviewer is needed."""

    code: str
    reviewed_by: str
    title: str
    about: str
    sections: Mapping[str, str]
    items: Mapping[str, ItemWords]

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, as pages say it."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How answers become a score between ``low`` and ``high``; ``says`` reads it to staff.

    At most ``missing`` answers may be left out; the mean of the others then stands in for them.
    """

    summing: Summing
    direction: Direction
    missing: int = 0
    low: float = 0
    high: float = 0
    says: str = ""
    reversed: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A figure about a pack, and where it is from; not ``verified`` means not looked up by us."""

    what: str
    value: float
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """From how many points on a change is no longer likely to be chance, and who says so."""

    points: float
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One questionnaire in one version. ``number`` is all that a row or a log may hold of it."""

    number: int
    version: int
    name: str
    form: Form
    own: bool
    minutes: int
    population: str
    licence: Licence
    source: str
    scoring: Scoring
    reliability: Sequence[Finding]
    change: Change | None
    sections: Sequence[Section]
    languages: Mapping[str, Language]
    hash: str

    @property
    def items(self) -> Sequence[Item]:
        """Every item, in order."""
        return [item for section in self.sections for item in section.items]

    @property
    def scored_items(self) -> Sequence[Item]:
        """The items that are worth a number."""
        return [item for item in self.items if item.values]

    def item(self, code: str) -> Item:
        """Return one item; raises StopIteration where there is none of this code."""
        return next(item for item in self.items if item.code == code)
