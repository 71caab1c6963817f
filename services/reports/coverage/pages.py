"""The coverage calculator: type caseloads, and see which rows a report would print."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from services.reports.contributions import queries
from services.reports.coverage import domain
from services.reports.coverage.domain import Caseload, LargestTooLarge, NotANumber, Period, Row
from services.reports.releases.domain.limits import SMALLEST
from shared.errors import Refusal
from shared.web import reading

blueprint = Blueprint("coverage", __name__)

NUMBERS = ("couples", "therapists", "largest", "consent")
FIRST_ROWS, MORE_ROWS = 3, 3
FULL_WIDTH = 4 * SMALLEST
"""So many couples fill a bar; the line of the smallest row stands at a quarter of it."""

Typed = list[dict[str, str]]


@blueprint.get("/coverage")
def calculator() -> str:
    """Ask for caseloads, and answer with the rows that they would make."""
    typed = _typed()
    caseloads, errors = _read(typed)
    found = domain.rows(caseloads) if caseloads and not errors else []
    return render_template(
        "reports/coverage/calculator.html",
        typed=typed,
        errors=errors,
        rows=[_shown(row) for row in found],
        sentence=_sentence(found),
        room=len(typed) < domain.MOST_CLINICS,
        smallest=SMALLEST,
        therapists=domain.THERAPISTS,
    )


def _typed() -> Typed:
    """Return the lines of the form: as they were typed, or the clinics that are known."""
    sent = request.args
    number = sum(name.startswith("name-") for name in sent)
    lines = [
        {field: sent.get(f"{field}-{nth}", "").strip() for field in ("name", *NUMBERS)}
        for nth in range(1, min(number, domain.MOST_CLINICS) + 1)
    ]
    lines = lines or _known_clinics()
    blank = dict.fromkeys(("name", *NUMBERS), "")
    more = MORE_ROWS if "more" in sent else max(FIRST_ROWS - len(lines), 0)
    return (lines + [blank] * more)[: domain.MOST_CLINICS]


def _known_clinics() -> Typed:
    with reading() as work:
        names = sorted(row.name for row in queries.clinic_names(work).values())
    return [{"name": name, **dict.fromkeys(NUMBERS, "")} for name in names]


def _read(typed: Typed) -> tuple[list[Caseload], Mapping[str, str]]:
    """Return the caseloads of the lines that hold numbers, and what is wrong with any of them."""
    caseloads, errors = [], {}
    for nth, line in enumerate(typed, start=1):
        if not any(line[field] for field in NUMBERS):
            continue
        try:
            caseloads.append(_caseload(line, nth))
        except Refusal as refusal:
            at = "largest" if isinstance(refusal, LargestTooLarge) else "couples"
            errors[f"{at}-{nth}"] = f"Line {nth}: {refusal}"
    return caseloads, errors


def _caseload(line: Mapping[str, str], nth: int) -> Caseload:
    try:
        numbers = {field: int(line[field] or 0) for field in NUMBERS}
    except ValueError:
        raise NotANumber from None
    return Caseload(name=line["name"][:120] or f"Clinic {nth}", **numbers)


def _shown(row: Row) -> dict[str, Any]:
    together = ", ".join(row.clinics) if row.name == domain.SMALLER else ""
    periods = {"Quarter": row.quarter, "Year": row.year}
    return {
        "name": row.name,
        "together": together,
        "periods": [_bar(name, period) for name, period in periods.items()],
    }


def _bar(name: str, period: Period) -> dict[str, Any]:
    return {
        "name": name,
        "couples": period.couples,
        "prints": period.prints,
        "why": str(period.why),
        "width": min(100.0, 100 * period.couples / FULL_WIDTH),
    }


def _sentence(rows: list[Row]) -> str:
    """Say in one sentence what would be printed."""
    if not rows:
        return ""
    *clinics, everyone = rows
    quarters = sum(row.quarter.prints for row in clinics)
    years = sum(row.year.prints for row in clinics)
    whole = "would be printed" if everyone.quarter.prints else "would not be printed"
    if not clinics:
        return (
            f"No clinic would have a row of its own; the whole organization {whole} in a quarter."
        )
    return (
        f"Of {len(clinics)} rows, {quarters} would be printed in a quarter and {years} in a year; "
        f"the whole organization {whole} in a quarter."
    )
