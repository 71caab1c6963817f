"""Releases for programs: JSON under /api/releases, and each as a sheet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from services.reports.dashboard import queries
from services.reports.dashboard.domain.sheet import sheet
from services.reports.dashboard.schemas import DocumentSchema, EntrySchema
from shared.auth.policy import current_actor
from shared.errors import NotFound
from shared.web import reading

SHEET = {"type": "string", "description": "one row for each statistic; notes start with #"}

blueprint = Blueprint(
    "releases", __name__, url_prefix="/api/releases", description="The fixed figures of quarters."
)


@blueprint.get("/")
@blueprint.response(200, EntrySchema(many=True))
def index() -> Sequence[queries.Entry]:
    """List the releases of your organization, the latest first."""
    with reading() as work:
        return queries.listed(work, own_organization())


@blueprint.get("/<uuid:release_id>")
@blueprint.response(200, DocumentSchema)
@blueprint.alt_response(404, description="There is no such release of your organization.")
def show(release_id: UUID) -> Any:
    """Show a release, byte for byte as it was published."""
    return Response(_opened(release_id).text, mimetype="application/json")


@blueprint.get("/<uuid:release_id>/csv")
@blueprint.response(200, SHEET, content_type="text/csv")
@blueprint.alt_response(404, description="There is no such release of your organization.")
def show_sheet(release_id: UUID) -> Any:
    """Show a release as a sheet."""
    return Response(sheet(_opened(release_id).document), mimetype="text/csv")


def own_organization() -> UUID:
    """Return the organization of whoever asks. Raises NotFound for those who have none."""
    organization_id = current_actor().organization_id
    if organization_id is None:
        raise NotFound
    return organization_id


def _opened(release_id: UUID) -> queries.Opened:
    with reading() as work:
        return queries.opened(work, organization_id=own_organization(), release_id=release_id)
