"""Set-up of clinics, for admins."""

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory import domain, usecases
from services.intake.directory.domain import ClinicDetails
from services.intake.directory.models import Clinic
from services.intake.directory.pages.set_up import blueprint
from services.intake.directory.pages.visit import let_in, visiting
from shared.auth.policy import current_actor
from shared.errors import NotAllowed, Refusal
from shared.web import now, reading, store, unit_of_work

WORDS = ("name", "zone", "sender", "help")
FIELDS = {
    domain.NameNeeded: "name",
    domain.ZoneUnknown: "zone",
    domain.SenderNotNeutral: "sender",
    domain.HelpTooLong: "help",
    domain.CardDaysNotUsable: "card_days",
    domain.AgeNotUsable: "adult_age",
}


@blueprint.get("/setup/clinics/new")
def new_clinic() -> str:
    """Ask for the details of a clinic."""
    return _clinic_page(None, {}, {})


@blueprint.post("/setup/clinics/new")
def register_clinic() -> ResponseReturnValue:
    """Register a clinic, and let whoever did act for it at once."""
    actor, clinic_id = current_actor(), store().new_id()
    if actor.organization_id is None:
        raise NotAllowed
    reach = actor.clinics | {clinic_id}
    try:
        with store().unit_of_work(clinics=reach, actor=actor) as work:
            usecases.register_clinic(
                work,
                clinic_id=clinic_id,
                organization_id=actor.organization_id,
                details=_details(),
                now=now(),
            )
            answer = make_response(redirect(url_for(".overview"), 303))
            found = visiting(work)
            if found is not None:
                let_in(answer, work, *found)
    except Refusal as refusal:
        return _clinic_page(None, request.form, _at(refusal)), refusal.status
    flash("The clinic is registered. Give it staff next.", "good")
    return answer


@blueprint.get("/setup/clinics/<uuid:clinic_id>")
def clinic(clinic_id: UUID) -> str:
    """Show a clinic's details, to change them."""
    with reading() as work:
        found = work.get(Clinic, clinic_id, clinic_id)
        typed = {name: getattr(found, name) for name in (*WORDS, "card_days", "adult_age")}
    return _clinic_page(clinic_id, typed, {})


@blueprint.post("/setup/clinics/<uuid:clinic_id>")
def change_clinic(clinic_id: UUID) -> ResponseReturnValue:
    """Change a clinic's details."""
    try:
        with unit_of_work() as work:
            usecases.change_clinic(work, clinic_id=clinic_id, details=_details(), now=now())
    except Refusal as refusal:
        if type(refusal) not in FIELDS:
            raise
        return _clinic_page(clinic_id, request.form, _at(refusal)), refusal.status
    flash("The clinic's details are changed.", "good")
    return redirect(url_for(".overview"), 303)


def _details() -> ClinicDetails:
    typed = {name: request.form.get(name, "") for name in WORDS}
    days = request.form.get("card_days", domain.CARD_DAYS, type=int)
    age = request.form.get("adult_age", domain.ADULT_AGE, type=int)
    return ClinicDetails(**typed, card_days=days, adult_age=age)


def _clinic_page(clinic_id: UUID | None, typed: object, errors: dict[str, str]) -> str:
    return render_template(
        "intake/directory/clinic.html",
        clinic_id=clinic_id,
        typed=typed,
        errors=errors,
        zones=sorted(domain.zones()),
    )


def _at(refusal: Refusal) -> dict[str, str]:
    return {FIELDS.get(type(refusal), "name"): str(refusal)}
