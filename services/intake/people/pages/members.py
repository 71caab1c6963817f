"""The forms about one member: joining, and details."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory import queries as directory
from services.intake.people import queries, usecases
from services.intake.people.domain import AddressShared, NumberShared
from services.intake.people.pages.typed import field_of, lists, typed_details, typed_members
from shared.errors import Refusal
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("members", __name__)


class NobodyChosen(Refusal):
    """Choose who joins."""


@blueprint.route("/relationships/<uuid:relationship_id>/members/new", methods=["GET", "POST"])
def new(relationship_id: UUID) -> ResponseReturnValue:
    """Let one more person join."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        members, errors = typed_members(1)
        if not errors:
            with unit_of_work() as work:
                usecases.add_member(
                    work,
                    relationship_id=relationship_id,
                    member=members[0],
                    and_then=current_app.extensions["at_joining"],
                    now=now(),
                )
            return _welcomed(relationship_id)
    return _new_page(relationship_id, errors), 422 if errors else 200


@blueprint.post("/relationships/<uuid:relationship_id>/members/known")
def known(relationship_id: UUID) -> ResponseReturnValue:
    """Let someone join who is known from another relationship."""
    try:
        with unit_of_work() as work:
            usecases.add_known_member(
                work, relationship_id=relationship_id, person_id=_chosen(), now=now()
            )
    except (NobodyChosen, AddressShared, NumberShared) as refusal:
        return _new_page(relationship_id, {"person": str(refusal)}), refusal.status
    return _welcomed(relationship_id)


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
        **lists(kept.language),
    )
    return page, 422 if errors else 200


def _welcomed(relationship_id: UUID) -> ResponseReturnValue:
    flash("The new member is there. Next: speak with them alone, or invite them by link.", "good")
    return redirect(url_for("people.one", relationship_id=relationship_id), 303)


def _new_page(relationship_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        found = queries.relationship(work, relationship_id)
        [clinic, *_] = directory.clinics(work)
        zone, adult_age = clinic.zone, clinic.adult_age
        known_people = queries.known_people(work, besides=found)
    return render_template(
        "intake/people/add_member.html",
        relationship_id=relationship_id,
        typed=request.form,
        errors=errors,
        zone=zone,
        adult_age=adult_age,
        known_people=known_people,
        **lists(),
    )


def _chosen() -> UUID:
    try:
        return UUID(request.form.get("person", ""))
    except ValueError:
        raise NobodyChosen from None
