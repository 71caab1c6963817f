"""Which counts of a table may be printed: gates, and then repair until no sum gives one away.

The reader whom a table must withstand is given more than a real one has: every clinic's number
of couples exactly, and which blanks are blank for smallness. What holds against that reader holds
for all tables of a release together, for the tables share nothing but those numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from services.reports.releases.domain.limits import SMALLEST, SPREAD, behind, rounded
from services.reports.releases.domain.network import Network

ROUNDS = 12


class Mark(StrEnum):
    """Why a count is printed or blank; both kinds of blank look the same in print."""

    PRINTED = "printed"
    SMALL = "small"
    REPAIR = "repair"


class Layer(StrEnum):
    """Which kind of place a number stands in."""

    CELL = "cell"
    TOTAL = "total"
    HIDDEN_ROW = "hidden row"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Place:
    """A place in the table; row or column is -1 where it has none."""

    layer: Layer
    row: int = -1
    column: int = -1


@dataclass
class Draft:
    """A table on its way to print: couples by row (clinic) and category.

    The organization's row prints every category; the clinics' rows print ``groups`` of categories,
    each a column. ``everyone``: the organization's row counts all clinics, also those not shown.
    ``organization``: there is such a row. ``omitted``: nothing of the table can be printed.
    """

    counts: Sequence[Sequence[int]]
    groups: Sequence[Sequence[int]]
    shown: list[bool] = field(default_factory=list)
    marks: list[list[Mark]] = field(default_factory=list)
    total_marks: list[Mark] = field(default_factory=list)
    everyone: bool = True
    organization: bool = True
    omitted: bool = False

    @property
    def categories(self) -> range:
        """The categories of the organization's row."""
        return range(len(self.counts[0]) if self.counts else 0)

    @property
    def columns(self) -> range:
        """The columns of the clinics' rows."""
        return range(len(self.groups) if self.counts else 0)

    def cell(self, row: int, column: int) -> int:
        """Return a clinic's true count in a column."""
        return sum(self.counts[row][category] for category in self.groups[column])

    def cells(self, row: int) -> list[int]:
        """Return a clinic's true counts, column by column."""
        return [self.cell(row, column) for column in self.columns]

    @property
    def shown_rows(self) -> list[int]:
        """The rows of clinics that are shown."""
        return [row for row, shown in enumerate(self.shown) if shown]

    @property
    def hidden_rows(self) -> list[int]:
        """The rows that are not shown, but counted in the organization's."""
        return [row for row, shown in enumerate(self.shown) if not shown and self.everyone]

    def column_of(self, category: int) -> int:
        """Return the column in which a category is printed."""
        return next(column for column in self.columns if category in self.groups[column])

    def total(self, category: int) -> int:
        """Return the organization's true count in a category."""
        return sum(self.counts[row][category] for row in self.shown_rows + self.hidden_rows)

    def couples(self) -> int:
        """Return how many couples the organization's row counts."""
        return sum(self.total(category) for category in self.categories)


def protect(counts: Sequence[Sequence[int]], groups: Sequence[Sequence[int]]) -> Draft:
    """Return the table with a mark on every place; no blank can be worked out from the rest.

    ``counts`` are couples by clinic and category; ``groups`` says which categories (by their
    place) the clinics' rows print together, each category in exactly one group.
    """
    draft = _gated(Draft(counts, groups))
    for everything_tried in (False, True):
        for _ in range(ROUNDS):
            narrow = list(narrow_places(draft))
            if not narrow:
                return draft
            _repair(draft, narrow)
        draft.organization, draft.everyone = False, False
        draft.omitted = everything_tried
    return draft


def _gated(draft: Draft) -> Draft:
    """Hide rows of too few couples, and every count that is too small."""
    draft.shown = [sum(row) >= SMALLEST for row in draft.counts]
    draft.marks = [[_mark(count) for count in draft.cells(row)] for row in range(len(draft.counts))]
    hidden = draft.hidden_rows
    together = sum(sum(draft.counts[row]) for row in hidden)
    draft.everyone = not hidden or (len(hidden) > 1 and together >= SMALLEST)
    _mark_totals(draft)
    return draft


def _mark_totals(draft: Draft) -> None:
    draft.organization = draft.organization and draft.couples() >= SMALLEST
    draft.total_marks = [_mark(draft.total(category)) for category in draft.categories]


def _mark(count: int) -> Mark:
    return Mark.PRINTED if count >= SMALLEST else Mark.SMALL


def narrow_places(draft: Draft) -> Iterator[Place]:
    """Yield the blank places that a reader could fill within fewer than five values."""
    network, targets = _network(draft)
    return (place for number, place in targets if network.narrow(number, SPREAD))


def _network(draft: Draft) -> tuple[Network, list[tuple[int, Place]]]:
    """Return what a reader of the draft knows, and the places that must stay unknown.

    Couples flow from their clinic through its columns to their categories, and there together.
    """
    network = Network()
    most = sum(map(sum, draft.counts))
    targets = [*_add_shown(network, draft, most), *_add_hidden(network, draft)]
    for category, mark in enumerate(draft.total_marks):
        count = draft.total(category)
        bounds = _known(count, mark, most) if draft.organization else (0, most)
        number = network.add(("category", category), "all", count, bounds)
        if mark is not Mark.PRINTED and draft.organization:
            targets.append((number, Place(Layer.TOTAL)))
    return network, targets


def _add_shown(network: Network, draft: Draft, most: int) -> Iterator[tuple[int, Place]]:
    """Add the rows that are shown, whose numbers of couples the reader is given."""
    for row, column in product(draft.shown_rows, draft.columns):
        count, mark = draft.cell(row, column), draft.marks[row][column]
        place, cell = Place(Layer.CELL, row, column), ("cell", row, column)
        number = network.add(("row", row), cell, count, _known(count, mark, most))
        if mark is not Mark.PRINTED:
            yield number, place
        for category in draft.groups[column]:
            count = draft.counts[row][category]
            number = network.add(cell, ("category", category), count, (0, most))
            if count < SMALLEST:
                yield number, place


def _add_hidden(network: Network, draft: Draft) -> Iterator[tuple[int, Place]]:
    """Add the rows that are not shown: each holds less than eleven, together a known number."""
    hidden, most = draft.hidden_rows, SMALLEST - 1
    for row in hidden:
        number = network.add("hidden", ("row", row), sum(draft.counts[row]), (0, most))
        yield number, Place(Layer.HIDDEN_ROW, row)
        for category, count in enumerate(draft.counts[row]):
            number = network.add(("row", row), ("together", category), count, (0, most))
            yield number, Place(Layer.HIDDEN, row, draft.column_of(category))
    for category in draft.categories if hidden else ():
        together = sum(draft.counts[row][category] for row in hidden)
        bounds = (0, most * len(hidden))
        number = network.add(("together", category), ("category", category), together, bounds)
        if together < SMALLEST:
            yield number, Place(Layer.HIDDEN, column=draft.column_of(category))


def _known(count: int, mark: Mark, most: int) -> tuple[int, int]:
    if mark is Mark.PRINTED:
        return behind(rounded(count))
    return (0, SMALLEST - 1) if mark is Mark.SMALL else (SMALLEST, most)


def _repair(draft: Draft, narrow: Sequence[Place]) -> None:
    """Withhold one more count for each row, and each column of the organization, that is narrow."""
    rows = {place.row: place for place in narrow if place.layer is Layer.CELL}
    for place in rows.values():
        _repair_row(draft, place)
    if any(place.layer is Layer.TOTAL for place in narrow):
        draft.organization = _withhold_a_total(draft, draft.categories)
    columns = {place.column for place in narrow if place.layer is Layer.HIDDEN}
    withheld = [_withhold_in_column(draft, column) for column in columns]
    if any(place.layer is Layer.HIDDEN_ROW for place in narrow) or not all(withheld):
        _count_shown_only(draft)


def _repair_row(draft: Draft, place: Place) -> None:
    """Withhold the row's smallest printed count; else one of the organization; else the row."""
    marks = draft.marks[place.row]
    printed = [column for column, mark in enumerate(marks) if mark is Mark.PRINTED]
    if printed:
        smallest = min(printed, key=lambda column: draft.cell(place.row, column))
        marks[smallest] = Mark.REPAIR
    elif not (draft.organization and _withhold_a_total(draft, draft.groups[place.column])):
        draft.shown[place.row] = False
        _count_shown_only(draft)


def _withhold_a_total(draft: Draft, categories: Iterable[int]) -> bool:
    """Withhold the smallest printed count of the organization; say whether there was one."""
    marks = draft.total_marks
    printed = [category for category in categories if marks[category] is Mark.PRINTED]
    if printed:
        marks[min(printed, key=draft.total)] = Mark.REPAIR
    return bool(printed)


def _withhold_in_column(draft: Draft, column: int) -> bool:
    """Withhold the smallest printed count of a column, its totals last; say if there was one."""
    printed = [row for row in draft.shown_rows if draft.marks[row][column] is Mark.PRINTED]
    if not printed:
        return _withhold_a_total(draft, draft.groups[column])
    smallest = min(printed, key=lambda row: draft.cell(row, column))
    draft.marks[smallest][column] = Mark.REPAIR
    return True


def _count_shown_only(draft: Draft) -> None:
    """Let the organization's row count only the clinics shown; then no row hides within it."""
    draft.everyone = False
    _mark_totals(draft)
