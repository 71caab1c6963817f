"""The supervisor's pages: the list of releases, one release, and its files to take away."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.reports.dashboard import queries
from services.reports.dashboard.domain import pictures
from services.reports.dashboard.domain.sheet import NOTES, sheet
from shared.auth.policy import current_actor
from shared.charts import Chart, trends
from shared.errors import NotFound
from shared.web import reading

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to the releases."""
    return redirect(url_for(".index"))


@blueprint.get("/releases")
def index() -> str:
    """List the releases of the reader's organization, and what is on its way."""
    with reading() as work:
        entries = queries.listed(work, _organization())
        underway = queries.on_their_way(work, _organization())
    return render_template("reports/dashboard/releases.html", entries=entries, underway=underway)


@blueprint.get("/releases/<uuid:release_id>")
def release(release_id: UUID) -> str:
    """Show one release: the same order every time, and nothing to choose."""
    found = _opened(release_id)
    return render_template(
        "reports/dashboard/release.html",
        entry=found.entry,
        document=found.document,
        headlines=pictures.headlines(found.document, found.before),
        tables=[_shown(table) for table in found.document["tables"]],
        run=_run(found.run),
        notes=NOTES,
    )


@blueprint.get("/releases/<uuid:release_id>.csv")
def release_sheet(release_id: UUID) -> Response:
    """Give a release to take away as a sheet."""
    found = _opened(release_id)
    return _file(sheet(found.document), "text/csv", found, "csv")


@blueprint.get("/releases/<uuid:release_id>.json")
def release_document(release_id: UUID) -> Response:
    """Give a release to take away, byte for byte as it was published."""
    found = _opened(release_id)
    return _file(found.text, "application/json", found, "json")


def _shown(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table with its bars, its sentence and what its categories look like."""
    everyone = {"name": pictures.organization_words(table), **table["organization"]}
    return table | {
        "sentence": pictures.reading(table),
        "everyone": everyone,
        "everyone_bar": pictures.organization_bar(table),
        "everyone_looks": pictures.looks(table),
        "bars": pictures.clinic_bars(table),
        "looks": pictures.column_looks(table),
    }


def _run(run: queries.Run) -> Chart | None:
    """Return how the headline shares went, from two quarters on."""
    if len(run.quarters) < 2:
        return None
    return trends(
        "run",
        "Over the quarters",
        "Shares for the organization, in percent. A line breaks where a share was withheld. "
        "Small differences mean nothing, and fewer than eight quarters show no trend.",
        periods=run.quarters,
        values=run.shares,
        unit=" %",
        heading="Quarter",
    )


def _opened(release_id: UUID) -> queries.Opened:
    with reading() as work:
        return queries.opened(work, organization_id=_organization(), release_id=release_id)


def _organization() -> UUID:
    organization_id = current_actor().organization_id
    if organization_id is None:
        raise NotFound
    return organization_id


def _file(text: str, mimetype: str, found: queries.Opened, ending: str) -> Response:
    quarter = found.entry.quarter.short.replace(" ", "-").lower()
    name = f"attune-{quarter}-{found.document['series']}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=mimetype, headers=headers)
