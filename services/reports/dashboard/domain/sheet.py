"""A release as a sheet: one row for each statistic, safe to open, with its notes inside."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from services.reports.dashboard.domain.pictures import organization_words

Json = Mapping[str, Any]

COLUMNS = (
    "series",
    "release",
    "period",
    "period_name",
    "population",
    "clinic",
    "measure",
    "measure_name",
    "category",
    "category_name",
    "statistic",
    "value",
    "lower",
    "upper",
    "unit",
    "status",
    "base",
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")

NOTES = (
    "Counts are couples, rounded to the nearest 5; a printed 10 stands for 11 or 12. "
    "Parts need not add up to totals.",
    "[c] withheld: fewer than 11 couples, or needed to protect another figure. It is never zero, "
    "and never to be worked out.",
    "[x] not available: the clinic's figures did not come in time.",
    "Percentages come from the rounded counts, where at least 20 couples are printed. "
    "5 and 95 stand for 5 or less and 95 or more (status or_less, or_more).",
    "lower and upper: 95 of 100 such shares would lie between them, rounding included.",
)


def sheet(document: Json) -> str:
    """Return a release as CSV text: its notes first, each in a row of its own, then its figures."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    title = f"{document['organization']}, {document['period_words']}, series {document['series']}"
    for note in (title, *NOTES, *document["notes"]):
        writer.writerow([harmless(f"# {note}")])
    writer.writerow(COLUMNS)
    for row in _rows(document):
        writer.writerow([harmless(row.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (RPT-08).

    >>> harmless("=1+1"), harmless(40)
    ("'=1+1", '40')
    """
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _rows(document: Json) -> Iterator[dict[str, object]]:
    for table in document["tables"]:
        about = {
            "series": document["series"],
            "release": document["number"],
            "period": document["period"],
            "period_name": document["period_words"],
            "measure": table["measure"],
            "measure_name": table["name"],
            "base": document["base"],
        }
        everyone = {"population": "organization", "clinic": organization_words(table)}
        yield from _statistics(about | everyone, table["organization"], table["categories"])
        for row in table["rows"]:
            one = {"population": "clinic", "clinic": row["name"]}
            yield from _statistics(about | one, row, table["columns"])


def _statistics(
    about: Mapping[str, object], row: Json, categories: Sequence[Json]
) -> Iterator[dict[str, object]]:
    yield {**about, **_count(row), "category": "all", "category_name": "All couples"}
    for category, cell in zip(categories, row["cells"], strict=True):
        named = {**about, "category": category["code"], "category_name": category["name"]}
        yield named | _count(cell)
        if "percent" in cell:
            yield named | _percent(cell)


def _count(cell: Json) -> dict[str, object]:
    value = "" if cell["couples"] is None else cell["couples"]
    status = {"printed": "printed", "withheld": "[c]", "not_available": "[x]"}[cell["status"]]
    return {"statistic": "count", "value": value, "unit": "couples", "status": status}


def _percent(cell: Json) -> dict[str, object]:
    return {
        "statistic": "percent",
        "value": cell["percent"],
        "lower": cell["low"],
        "upper": cell["high"],
        "unit": "percent",
        "status": "printed" if cell["edge"] == "about" else cell["edge"],
    }
