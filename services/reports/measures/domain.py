"""What a measure is: a question, and the categories into one of which each couple falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class BadDefinitions(Exception):
    """The file of measures does not fit; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One answer to the question of a measure: its code, and the words printed for it.

    ``told_as`` is the teller's own code where it has one; ``absent`` marks the place of couples
    about whom nothing was asked or answered.
    """

    code: str
    name: str
    told_as: str = ""
    absent: bool = False


@dataclass(frozen=True, kw_only=True)
class Column(Category):
    """Categories that the rows of single clinics print together, because clinics are small."""

    holds: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A question that is counted in couples; ``teller`` is the service that contributes it.

    ``method`` says how couples are placed, ``caution`` what may not be concluded; ``headline`` is
    the code of the category shown at the top of a release, if any.
    """

    code: str
    teller: str
    name: str
    question: str
    method: str
    caution: str
    categories: Sequence[Category]
    columns: Sequence[Column]
    told_as: str = ""
    headline: str = ""
    headline_words: str = ""
    headline_short: str = ""

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the categories, in the order printed."""
        return [category.code for category in self.categories]

    def counts(self, measure: str, value: str) -> str | None:
        """Return the category in which a teller's row counts; None if it counts nowhere here."""
        if measure not in (self.code, self.told_as):
            return None
        return next((c.code for c in self.categories if value in (c.code, c.told_as)), None)

    @property
    def groups(self) -> Sequence[Sequence[int]]:
        """Which categories, by their place, each column holds."""
        return [[self.codes.index(code) for code in column.holds] for column in self.columns]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The tables that may ever be printed in one series; a breakdown outside it does not exist."""

    name: str
    measures: Sequence[Measure]


def read_plan(written: Mapping[str, Any]) -> Plan:
    """Return the plan that a definitions file spells.

    Raises BadDefinitions when a field is missing or unknown, or a code is said twice.
    """
    try:
        measures = [_measure(one) for one in _listed(written["measure"])]
        plan = Plan(name=str(written["plan"]), measures=measures)
    except (KeyError, TypeError) as problem:
        raise BadDefinitions(str(problem)) from problem
    _refuse_twice([measure.code for measure in measures])
    return plan


def _measure(written: Mapping[str, Any]) -> Measure:
    parts = ("categories", "columns")
    fields = {name: value for name, value in written.items() if name not in parts}
    categories = [Category(**one) for one in _listed(written["categories"])]
    columns = [Column(**one) for one in _listed(written["columns"])]
    measure = Measure(**fields, categories=categories, columns=columns)
    _refuse_twice(measure.codes)
    if sorted(measure.codes) != sorted(code for column in columns for code in column.holds):
        raise BadDefinitions(f"{measure.code}: each category belongs to exactly one column.")
    if measure.headline and measure.headline not in measure.codes:
        raise BadDefinitions(f"{measure.code}: its headline is not one of its categories.")
    return measure


def _listed(written: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(written, list):
        raise TypeError("A list of tables is needed.")
    return written


def _refuse_twice(codes: Sequence[str]) -> None:
    if len(set(codes)) != len(codes):
        raise BadDefinitions(f"A code is said twice among {', '.join(codes)}.")
