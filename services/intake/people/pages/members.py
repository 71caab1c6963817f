"""The forms about one member: joining, and details."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory import queries as directory
from services.intake.people import queries, usecases
from services.intake.people.pages.typed import field_of, lists, typed_details, typed_members
from shared.errors import Refusal
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("members", __name__)


@blueprint.route("/relationships/<uuid:relationship_id>/members/new", methods=["GET", "POST"])
def new(relationship_id: UUID) -> ResponseReturnValue:
    """Let one more person join."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        members, errors = typed_members(1)
        if not errors:
            with unit_of_work() as work:
                usecases.add_member(
                    work, relationship_id=relationship_id, member=members[0], now=now()
                )
            flash("The new member is there. Next: speak with them alone.", "good")
            return redirect(url_for("people.one", relationship_id=relationship_id), 303)
    with reading() as work:
        queries.relationship(work, relationship_id)
        zone = directory.clinics(work)[0].zone
    page = render_template(
        "intake/people/add_member.html",
        relationship_id=relationship_id,
        typed=request.form,
        errors=errors,
        zone=zone,
        **lists(),
    )
    return page, 422 if errors else 200


@blueprint.route(
    "/relationships/<uuid:relationship_id>/members/<uuid:person_id>/details",
    methods=["GET", "POST"],
)
def details(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Change how a member is called and addressed."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with unit_of_work() as work:
                found, person = queries.member(work, relationship_id, person_id)
                usecases.change_details(
                    work,
                    clinic_id=found.clinic_id,
                    person_id=person.id,
                    details=typed_details(request.form, "-1"),
                    now=now(),
                )
        except Refusal as refusal:
            errors = {f"{field_of(refusal)}-1": str(refusal)}
        else:
            flash("The details are saved.", "good")
            return redirect(url_for("people.one", relationship_id=relationship_id), 303)
    with reading() as work:
        _, person = queries.member(work, relationship_id, person_id)
        kept = queries.details_of(work, person)
    shown = {f"{name}-1": text for name, text in vars(kept).items()}
    page = render_template(
        "intake/people/details.html",
        relationship_id=relationship_id,
        name=kept.name,
        typed=request.form if errors else shown,
        errors=errors,
        **lists(),
    )
    return page, 422 if errors else 200
