"""Import for programs: JSON under /api/import."""

from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint, abort

from services.intake.arrivals import domain, usecases
from services.intake.arrivals.schemas import ImportSchema, OutcomeSchema
from services.intake.arrivals.usecases import Outcome
from shared.web import now, unit_of_work

blueprint = Blueprint("import", __name__, url_prefix="/api/import")


@blueprint.url_value_preprocessor
def _allow_large_files(_endpoint: str | None, _values: object) -> None:
    request.max_content_length = domain.MOST_BYTES


@blueprint.post("/")
@blueprint.arguments(ImportSchema)
@blueprint.response(200, OutcomeSchema)
@blueprint.alt_response(422, description="the file has mistakes; each is listed")
def take_in(body: dict[str, Any]) -> Outcome:
    """Take in a list of people as CSV text; with dry_run, say what it would change."""
    arrivals = domain.read_arrivals(body["csv"])
    if arrivals.mistakes:
        abort(422, message=str(domain.FileNotUsable()), errors=_told(arrivals.mistakes))
    clinic_id: UUID = body["clinic_id"]
    with unit_of_work(clinics={clinic_id}) as work:
        return usecases.import_people(
            work,
            clinic_id=clinic_id,
            clinician_id=body["clinician_id"],
            arrivals=arrivals,
            now=now(),
            dry_run=body["dry_run"],
        )


def _told(mistakes: tuple[domain.Mistake, ...]) -> dict[str, dict[str, list[str]]]:
    told: dict[str, dict[str, list[str]]] = {}
    for one in mistakes[: domain.MOST_SHOWN]:
        line = told.setdefault(f"line {one.line}", {})
        line.setdefault(one.column, []).append(f"{one.reason} {one.advice}")
    return told
