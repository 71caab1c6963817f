"""One request before the treating clinician: what it means, the decision, and what came of it."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory.models import Clinic
from services.intake.people import queries as people
from services.intake.rights import queries, usecases
from services.intake.rights.domain import Kind, State
from services.intake.rights.pages.shown import (
    PLACE,
    blueprint,
    field_of,
    path_of,
    receipt_row,
    request_row,
)
from shared.errors import Refusal
from shared.web import now, reading, unit_of_work

DECISIONS = {"grant": True, "refuse": False}
KEPT = "It is kept. Tell them why, alone."
PENDING = "It is kept. It begins once everyone who treats them here has granted it."
DONE = {
    (Kind.ACCESS, State.GRANTED): "It is granted. Hand the copy over to them, alone.",
    (Kind.LIMIT, State.GRANTED): "It is in force: nothing optional happens from now on.",
    (Kind.ERASURE, State.GRANTED): "Everything of theirs has stopped. Each service answers below.",
}


@blueprint.get(f"{PLACE}/<uuid:request_id>")
def one(relationship_id: UUID, person_id: UUID, request_id: UUID) -> str:
    """Show the treating clinician one request."""
    return _page(relationship_id, person_id, request_id, {})


@blueprint.post(f"{PLACE}/<uuid:request_id>")
def review(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Keep what the clinician decides."""
    try:
        with unit_of_work() as work:
            row = usecases.review(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                request_id=request_id,
                grants=DECISIONS.get(request.form.get("decision", "")),
                reason=request.form.get("reason", ""),
                now=now(),
            )
            pending = row.state is State.GRANTED and not queries.has_begun(work, row)
    except Refusal as refusal:
        errors = {field_of(refusal): str(refusal)}
        return _page(relationship_id, person_id, request_id, errors), refusal.status
    flash(PENDING if pending else DONE.get((row.kind, row.state), KEPT), "good")
    return _back(relationship_id, person_id, request_id)


@blueprint.post(f"{PLACE}/<uuid:request_id>/lift")
def lift(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """End a limit."""
    with unit_of_work() as work:
        usecases.lift(
            work,
            relationship_id=relationship_id,
            person_id=person_id,
            request_id=request_id,
            now=now(),
        )
    flash("It is lifted. Ask them anew, alone; nothing comes back by itself.", "good")
    return _back(relationship_id, person_id, request_id)


def _page(relationship_id: UUID, person_id: UUID, request_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, person = queries.treated(work, relationship_id, person_id)
        row = queries.request_of(work, relationship, person.id, request_id)
        clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
        return render_template(
            "intake/rights/one.html",
            relationship_id=relationship_id,
            person_id=person_id,
            request_id=request_id,
            name=people.details_of(work, person).name,
            row=request_row(work, row, clinic.zone),
            path=path_of(row, clinic.zone, now()),
            reason=work.open(row, "reason"),
            quiet_now=row.quiet_until is not None and now() < row.quiet_until,
            receipts=[receipt_row(each, clinic.zone) for each in queries.receipts_of(work, row)],
            rule=queries.rule_of(work, clinic.id),
            typed=request.form,
            errors=errors,
        )


def _back(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    here: dict[str, Any] = {"relationship_id": relationship_id, "person_id": person_id}
    return redirect(url_for(".one", request_id=request_id, **here), 303)
