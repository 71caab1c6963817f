"""A clinic chooses by which policy it works on what people say alone."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import domain
from services.intake.directory import usecases as directory
from services.intake.directory.domain import PolicyUnknown
from services.intake.directory.models import Clinic
from shared.consent.languages import languages
from shared.consent.purposes import POLICIES
from shared.consent.texts import text_in_force
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("policies", __name__)

TITLES = {
    "terms.apart": "It stays apart",
    "terms.limited": "It may have to be brought in",
    "terms.open": "It may be talked about together",
}


@blueprint.get("/setup/clinics/<uuid:clinic_id>/policy")
def shown(clinic_id: UUID) -> str:
    """Show the policies word for word, and which one the clinic chose."""
    return _page(clinic_id, "")


@blueprint.post("/setup/clinics/<uuid:clinic_id>/policy")
def choose(clinic_id: UUID) -> ResponseReturnValue:
    """Choose a policy; everybody is asked to take note of it before they are asked alone."""
    try:
        with unit_of_work() as work:
            directory.choose_policy(
                work, clinic_id=clinic_id, policy=request.form.get("policy", ""), now=now()
            )
    except PolicyUnknown as refusal:
        return _page(clinic_id, str(refusal)), refusal.status
    flash("The policy is chosen. Ask each person, alone, to read it.", "good")
    return redirect(url_for("set_up.overview"), 303)


def _page(clinic_id: UUID, error: str) -> str:
    with reading() as work:
        clinic = work.get(Clinic, clinic_id, clinic_id)
        name, chosen = clinic.name, clinic.policy
    texts = {one: text_in_force(domain.TEXTS, one, "en", now()) for one in POLICIES}
    return render_template(
        "intake/consent/policy.html",
        clinic_id=clinic_id,
        name=name,
        chosen=chosen,
        options=[(one, TITLES[one], texts[one]) for one in POLICIES],
        sentences=languages()["en"].policies,
        error=error,
    )
