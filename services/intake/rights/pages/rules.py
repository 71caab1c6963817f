"""A clinic's own rule: how many quiet days there are, and how long the record of care is kept."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory.models import Clinic
from services.intake.rights import domain, queries, usecases
from services.intake.rights.domain import Rule
from services.intake.rights.pages.shown import blueprint, field_of
from shared.errors import Refusal
from shared.web import now, reading, unit_of_work


@blueprint.get("/setup/clinics/<uuid:clinic_id>/requests")
def rule(clinic_id: UUID) -> str:
    """Show a clinic's rule."""
    return _page(clinic_id, {})


@blueprint.post("/setup/clinics/<uuid:clinic_id>/requests")
def change_rule(clinic_id: UUID) -> ResponseReturnValue:
    """Change a clinic's rule."""
    try:
        with unit_of_work() as work:
            work.get(Clinic, clinic_id, clinic_id)
            usecases.change_rule(work, clinic_id=clinic_id, rule=_typed(), now=now())
    except (domain.PauseNotUsable, domain.RuleTooLong) as refusal:
        return _page(clinic_id, _at(refusal)), refusal.status
    flash("The rule is kept. It holds for what is asked from now on.", "good")
    return redirect(url_for("set_up.overview"), 303)


def _page(clinic_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        name, found = work.get(Clinic, clinic_id, clinic_id).name, queries.rule_of(work, clinic_id)
    return render_template(
        "intake/rights/rule.html",
        clinic=name,
        shortest=domain.SHORTEST_PAUSE,
        longest=domain.LONGEST_PAUSE,
        typed=request.form if errors else vars(found),
        errors=errors,
    )


def _typed() -> Rule:
    days = request.form.get("pause_days", 0, type=int)
    return Rule(pause_days=days, keeps=request.form.get("keeps", "").strip() or domain.KEEPS)


def _at(refusal: Refusal) -> dict[str, str]:
    return {field_of(refusal): str(refusal)}
