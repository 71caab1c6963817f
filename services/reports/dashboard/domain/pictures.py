"""How a release is read on a page: every word and bar comes from its printed numbers alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

SLOT = 8.0
"""Percent of a bar that a withheld place takes at least; those of one row are equally wide."""

WORDS_FROM = 9.0
"""Percent of a bar from which on there is room for its number."""

WITHHELD = "withheld: fewer than 11 couples, or needed to protect another figure"
NOT_AVAILABLE = "not available: this clinic's figures did not come in time"
NARROW = "\N{NO-BREAK SPACE}"
MARKERS = {"withheld": "[c]", "not_available": "[x]"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a bar: where it stands and how wide it is, in percent of the bar."""

    look: str
    start: float
    width: float
    says: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row of a table as a picture, and the sentence that says the same."""

    name: str
    couples: str
    pieces: Sequence[Piece]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Headline:
    """One large number at the top of a release, with what it was in the quarter before."""

    words: str
    number: str
    note: str


def organization_bar(table: Json) -> Bar:
    """Return the organization's row as a bar of every category."""
    row = {"name": organization_words(table), **table["organization"]}
    return _bar(row, table["categories"], looks(table))


def clinic_bars(table: Json) -> list[Bar]:
    """Return the clinics' rows as bars of columns, in the order of their names."""
    return [_bar(row, table["columns"], column_looks(table)) for row in table["rows"]]


def organization_words(table: Json) -> str:
    """Return what the organization's row is called: whether it counts every clinic."""
    return "All clinics" if table["organization"]["counts"] == "all" else "All clinics shown"


def looks(table: Json) -> list[str]:
    """Return the name of each category's look; absent answers look pale in every table."""
    return [
        "absent" if category["absent"] else f"part-{at}"
        for at, category in enumerate(table["categories"], start=1)
    ]


def column_looks(table: Json) -> list[str]:
    """Return the name of each column's look: that of the first category it holds."""
    of_code = dict(zip((one["code"] for one in table["categories"]), looks(table), strict=True))
    return [of_code[column["holds"][0]] for column in table["columns"]]


def said(cell: Json, *, interval: bool = False) -> str:
    """Return what a cell prints: a share where there is one, else a count, else its marker."""
    if cell["status"] != "printed":
        return MARKERS[cell["status"]]
    if "percent" not in cell:
        return f"about {cell['couples']}"
    reach = f" ({cell['low']} to {cell['high']})" if interval else ""
    return f"{percent_words(cell)}{reach}"


def percent_words(cell: Json) -> str:
    """Return a printed percentage in words: 38 %, 5 % or less, 95 % or more."""
    tail = {"about": "", "or_less": " or less", "or_more": " or more"}[cell["edge"]]
    return f"{cell['percent']}{NARROW}%{tail}"


def couples_words(row: Json) -> str:
    """Return the number of couples of a row as it is said: about 40, or why there is none."""
    if row["status"] == "printed":
        return f"about {row['couples']}"
    return "withheld" if row["status"] == "withheld" else "not available"


def reading(table: Json) -> str:
    """Return the sentence that reads a table's organization row aloud."""
    row = table["organization"]
    if row["status"] != "printed":
        return f"The organization's figures are {_why(row['status'])}."
    parts = [
        f"{name['name'].lower()} {said(cell)}"
        for name, cell in zip(table["categories"], row["cells"], strict=True)
        if cell["status"] == "printed"
    ]
    hidden = len(row["cells"]) - len(parts)
    blank = f"; {_number(hidden)} withheld" if hidden else ""
    return f"Of about {row['couples']} couples: {', '.join(parts) or 'nothing printed'}{blank}."


def headlines(document: Json, before: Json | None) -> list[Headline]:
    """Return the strip at the top of a release, always in the order of the plan."""
    tables = document["tables"]
    earlier = {table["measure"]: table for table in before["tables"]} if before else {}
    marked = [table for table in tables if table["headline"] and table["status"] != "not_available"]
    return [_couples_headline(tables, earlier), *(_headline(t, earlier) for t in marked)]


def headline_cell(table: Json) -> Json:
    """Return the organization's cell of the category that is shown at the top."""
    cells: Sequence[Json] = table["organization"]["cells"]
    return next(cell for cell in cells if cell["code"] == table["headline"])


def _couples_headline(tables: Sequence[Json], earlier: Mapping[str, Json]) -> Headline:
    """Return the number of couples of the measure that counts most."""
    most = max(tables, key=lambda table: table["organization"]["couples"] or 0)
    number = couples_words(most["organization"])
    then = earlier.get(most["measure"])
    note = f"{couples_words(then['organization'])} in the quarter before" if then else ""
    return Headline(words="Couples counted", number=number, note=note)


def _headline(table: Json, earlier: Mapping[str, Json]) -> Headline:
    cell = headline_cell(table)
    notes = []
    if "percent" in cell:
        notes.append(f"likely {cell['low']} to {cell['high']}{NARROW}%")
    elif cell["status"] == "withheld":
        notes.append("withheld to protect couples")
    then = earlier.get(table["measure"])
    if then is not None and then["headline"] == table["headline"]:
        notes.append(f"{said(headline_cell(then))} in the quarter before")
    return Headline(words=table["headline_words"], number=said(cell), note="; ".join(notes))


def _bar(row: Json, categories: Sequence[Json], looks: Sequence[str]) -> Bar:
    if row["status"] != "printed":
        why = _why(row["status"])
        whole = Piece(look=row["status"], start=0, width=100, says=why, title=why)
        return Bar(
            name=row["name"],
            couples=couples_words(row),
            pieces=[whole],
            sentence=f"{row['name']}: {why}.",
        )
    return Bar(
        name=row["name"],
        couples=couples_words(row),
        pieces=_pieces(row["cells"], categories, looks, row["couples"]),
        sentence=_sentence(row, categories),
    )


def _pieces(
    cells: Sequence[Json], categories: Sequence[Json], looks: Sequence[str], couples: int
) -> list[Piece]:
    unit, slot = _widths(cells, couples)
    pieces, start = [], 0.0
    for cell, category, usual in zip(cells, categories, looks, strict=True):
        shown = cell["status"] == "printed"
        width = unit * cell["couples"] if shown else slot
        look = usual if shown else cell["status"]
        says = _short(cell) if width >= WORDS_FROM or not shown else ""
        title = f"{category['name']}: {said(cell, interval=True) if shown else WITHHELD}"
        pieces.append(Piece(look=look, start=start, width=width, says=says, title=title))
        start += width
    return pieces


def _widths(cells: Sequence[Json], couples: int) -> tuple[float, float]:
    """Return, in percent of a bar, the width of one printed couple and of one withheld place.

    What the printed places leave of the row's couples is shared equally by the withheld ones, so
    that a place's width says no more than the printed numbers do.
    """
    printed = sum(cell["couples"] or 0 for cell in cells)
    slots = sum(cell["status"] != "printed" for cell in cells)
    if not slots:
        return 100 / max(printed, 1), 0.0
    room = min(100 * printed / couples, 100 - slots * SLOT)
    return room / max(printed, 1), (100 - room) / slots


def _short(cell: Json) -> str:
    if cell["status"] != "printed":
        return MARKERS[cell["status"]]
    ends = {"or_less": "≤ ", "or_more": "≥ "}
    if "percent" in cell:
        return f"{ends.get(cell['edge'], '')}{cell['percent']} %"
    return f"≈ {cell['couples']}"


def _sentence(row: Json, categories: Sequence[Json]) -> str:
    parts = [
        f"{category['name']} {said(cell) if cell['status'] == 'printed' else 'withheld'}"
        for cell, category in zip(row["cells"], categories, strict=True)
    ]
    return f"{row['name']}, about {row['couples']} couples: {', '.join(parts)}."


def _why(status: str) -> str:
    return WITHHELD if status == "withheld" else NOT_AVAILABLE


def _number(count: int) -> str:
    words = ("no category", "one category", "two categories", "three categories")
    return words[count] if count < len(words) else f"{count} categories"
