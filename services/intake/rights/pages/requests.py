"""What one person asked for, and the form for what they ask now, alone with staff."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory.models import Clinic
from services.intake.people import queries as people
from services.intake.rights import domain, queries, usecases
from services.intake.rights.domain import Came, Kind
from services.intake.rights.models import RightsRequest
from services.intake.rights.pages.shown import (
    CAME,
    KINDS,
    PLACE,
    blueprint,
    field_of,
    request_row,
)
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work


@blueprint.get("/requests")
def waiting() -> str:
    """List the requests that wait for the acting clinician, the oldest first."""
    with reading() as work:
        rows = [_waiting_row(work, row) for row in queries.waiting(work)]
    return render_template("intake/rights/waiting.html", rows=rows)


@blueprint.get(PLACE)
def listed(relationship_id: UUID, person_id: UUID) -> str:
    """Show what a person asked for, and the form for one more request."""
    return _page(relationship_id, person_id, {})


@blueprint.post(PLACE)
def take_down(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Take down what a person asks for."""
    try:
        kind, came = _typed()
        with unit_of_work() as work:
            row = usecases.take_down(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                kind=kind,
                came=came,
                alone=request.form.get("alone") == "yes",
                now=now(),
            )
    except Refusal as refusal:
        return _page(relationship_id, person_id, {field_of(refusal): str(refusal)}), refusal.status
    flash("It is taken down. Nothing was sent to anyone, and nothing has changed yet.", "good")
    return redirect(
        url_for(
            ".listed", relationship_id=relationship_id, person_id=person_id, _anchor=str(row.id)
        ),
        303,
    )


@blueprint.post(f"{PLACE}/<uuid:request_id>/call-off")
def call_off(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """End a request at the person's word, before it is decided."""
    with unit_of_work() as work:
        usecases.call_off(
            work,
            relationship_id=relationship_id,
            person_id=person_id,
            request_id=request_id,
            now=now(),
        )
    flash("It is called off. Nothing has happened, and nobody was told.", "good")
    return redirect(url_for(".listed", relationship_id=relationship_id, person_id=person_id), 303)


def _page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, person = people.member(work, relationship_id, person_id)
        clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
        rule = queries.rule_of(work, clinic.id)
        return render_template(
            "intake/rights/listed.html",
            relationship_id=relationship_id,
            person_id=person_id,
            name=people.details_of(work, person).name,
            erased=person.erased_at is not None,
            treating=people.is_treating(work, relationship),
            requests=[
                request_row(work, row, clinic.zone)
                for row in queries.requests_of(work, person)
                if row.relationship_id == relationship_id
            ],
            rule=rule,
            kinds=[(one.value, *says) for one, says in KINDS.items()],
            came=[(one.value, says) for one, says in CAME.items()],
            typed=request.form,
            errors=errors,
        )


def _waiting_row(work: UnitOfWork, row: RightsRequest) -> dict[str, Any]:
    _, person = queries.treated(work, row.relationship_id, row.person_id)
    clinic = work.get(Clinic, row.clinic_id, row.clinic_id)
    return {
        **request_row(work, row, clinic.zone),
        "name": people.details_of(work, person).name,
        "relationship_id": row.relationship_id,
        "person_id": row.person_id,
        "ready": row.quiet_until is None or row.quiet_until <= now(),
    }


def _typed() -> tuple[Kind, Came]:
    kind, came = request.form.get("kind", ""), request.form.get("came", "")
    if kind not in list(Kind) or came not in list(Came):
        raise domain.KindNotUsable
    return Kind(kind), Came(came)
