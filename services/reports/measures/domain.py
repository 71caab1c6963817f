"""What a measure is: a question, and the categories into one of which each couple falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class BadDefinitions(Exception):
    """The file of measures does not fit; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One answer to the question of a measure: its code, and the words printed for it."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A question that is counted in couples; ``teller`` is the service that contributes it.

    ``headline`` is the code of the category shown at the top of a release, if any.
    """

    code: str
    teller: str
    name: str
    question: str
    method: str
    categories: Sequence[Category]
    headline: str = ""
    headline_words: str = ""

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the categories, in the order printed."""
        return [category.code for category in self.categories]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The tables that may ever be printed in one series; a breakdown outside it does not exist."""

    name: str
    measures: Sequence[Measure]


def read_plan(written: Mapping[str, object]) -> Plan:
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


def _measure(written: Mapping[str, object]) -> Measure:
    fields = {name: value for name, value in written.items() if name != "categories"}
    categories = [Category(**one) for one in _listed(written["categories"])]
    measure = Measure(**fields, categories=categories)  # type: ignore[arg-type]
    _refuse_twice(measure.codes)
    if measure.headline and measure.headline not in measure.codes:
        raise BadDefinitions(f"{measure.code}: its headline is not one of its categories.")
    return measure


def _listed(written: object) -> Sequence[Mapping[str, str]]:
    if not isinstance(written, list):
        raise TypeError("A list of tables is needed.")
    return written


def _refuse_twice(codes: Sequence[str]) -> None:
    if len(set(codes)) != len(codes):
        raise BadDefinitions(f"A code is said twice among {', '.join(codes)}.")
