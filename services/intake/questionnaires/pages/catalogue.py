"""The list of packs: what each is, on what ground it is here, and from when on a change is one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.questionnaires import domain, queries, usecases
from services.intake.questionnaires.domain import Form, Pack
from services.intake.questionnaires.pages import shown
from services.intake.questionnaires.queries import Limit
from shared.auth.actors import Role
from shared.auth.policy import current_actor
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("packs", __name__, url_prefix="/questionnaires")


@blueprint.get("")
def catalogue() -> str:
    """Show every pack with its licence, source, languages and limits."""
    return _page({}, 0)


@blueprint.post("/<int:number>/limit")
def threshold(number: int) -> ResponseReturnValue:
    """Keep from how many points on this clinic calls a change one."""
    clinic_id = next(iter(current_actor().clinics))
    try:
        with unit_of_work() as work:
            usecases.set_threshold(
                work,
                clinic_id=clinic_id,
                pack=number,
                points=_typed_points(number),
                source=request.form.get(f"source-{number}", ""),
                now=now(),
            )
    except (domain.ThresholdNotUsable, domain.ThresholdNotOpen) as refusal:
        return _page({f"points-{number}": str(refusal)}, number), refusal.status
    flash("The threshold is kept.", "good")
    return redirect(url_for(".catalogue"), 303)


def _page(errors: dict[str, str], number: int) -> str:
    with reading() as work:
        limits = queries.limits_of(work)
    return render_template(
        "intake/questionnaires/catalogue.html",
        packs=[_row(pack, limits.get(pack.number)) for pack in queries.newest()],
        may_set=current_actor().role is Role.CLINIC_ADMIN,
        typed=request.form,
        typed_at=number,
        errors=errors,
    )


def _row(pack: Pack, limit: Limit | None) -> dict[str, Any]:
    proposal = pack.change if pack.change and not pack.change.verified else None
    return {
        "number": pack.number,
        "name": pack.name,
        "version": pack.version,
        "hash": pack.hash[:12],
        "here": "Its questions are here" if pack.form is Form.ITEMS else "Score entry only",
        "licence": pack.licence,
        "checked": shown.day(pack.licence.checked_on),
        "source": pack.source,
        "population": pack.population,
        "reads": shown.reads(pack),
        "languages": shown.languages_of(pack),
        "reliability": [
            f"{one.what} {shown.plain(one.value)}. {one.source}."
            f"{'' if one.verified else ' Not verified.'}"
            for one in pack.reliability
        ],
        "scored": bool(pack.scoring.says),
        "limit": shown.limit_words(limit),
        "open": bool(pack.scoring.says) and not (pack.change and pack.change.verified),
        "proposal": f"{shown.plain(proposal.points)} points: {proposal.source}" if proposal else "",
    }


def _typed_points(number: int) -> float:
    try:
        return float(request.form.get(f"points-{number}", "").strip().replace(",", "."))
    except ValueError:
        raise domain.ThresholdNotUsable from None
