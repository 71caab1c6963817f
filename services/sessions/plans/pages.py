"""The clinician's pages of what may be tried, and of each member's own answer to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from services.sessions.plans import domain, gateways, queries, usecases
from services.sessions.plans.domain import Experiment, Said
from services.sessions.plans.models import OfferText
from services.sessions.roster import queries as roster
from shared.consent.languages import languages
from shared.consent.pages import texts_page
from shared.consent.terms import Setting
from shared.consent.texts import NotAsShown, NotInThisLanguage, Text
from shared.contracts.words import PlanState
from shared.errors import NotFound, Refusal
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("plans", __name__, url_prefix="/relationships/<uuid:relationship_id>/plan")

texts_blueprint = Blueprint("consent", __name__)

CAN_BE_SAID = {Said.YES: "Yes", Said.NO: "No", Said.NOT_NOW: "Not now"}
ASKED_WHERE = {
    Setting.ALONE_AT_CLINIC: "Alone with you at the clinic",
    Setting.ALONE_BY_PHONE: "Alone by phone, with nobody else on the line or in the room",
}
FIELDS: Mapping[type[Refusal], str] = {
    domain.NotAlone: "setting",
    NotAsShown: "read",
    NotInThisLanguage: "locale",
}


@blueprint.get("")
def plan(relationship_id: UUID) -> str:
    """Show what is offered or tried now, and what was tried before."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        standings = queries.standings_of(work, relationship_id, now())
        zone = roster.zone_of(work, together.clinic_id)
    return render_template(
        "sessions/plans/plan.html",
        together=together,
        now_open=next((one for one in standings if one.state is not PlanState.ENDED), None),
        ended=[one for one in standings if one.state is PlanState.ENDED],
        zone=ZoneInfo(zone),
    )


@blueprint.get("/menu")
def menu(relationship_id: UUID) -> str:
    """Show what may be offered."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
    return render_template(
        "sessions/plans/menu.html", together=together, experiments=queries.menu().values()
    )


@blueprint.get("/offers/<code>")
def offering(relationship_id: UUID, code: str) -> str:
    """Show one thing of the menu whole, before it is offered."""
    experiment = _experiment(code)
    with reading() as work:
        together = roster.treated(work, relationship_id)
    return _offer_page(together, experiment, days=str(experiment.days), errors={})


@blueprint.post("/offers/<code>")
def offer(relationship_id: UUID, code: str) -> ResponseReturnValue:
    """Offer it; what does not fit is shown again."""
    experiment = _experiment(code)
    with reading() as work:
        together = roster.treated(work, relationship_id)
    known = gateways.ask(current_app.extensions["freshness"], together)
    try:
        _refuse_unchecked()
        with unit_of_work() as work:
            usecases.offer_plan(
                work,
                relationship_id=relationship_id,
                experiment=code,
                days=request.form.get("days", 0, type=int),
                known=known.holds(work),
                now=now(),
            )
    except Refusal as refusal:
        days, errors = request.form.get("days", ""), {_field_of(refusal): str(refusal)}
        return _offer_page(together, experiment, days=days, errors=errors), refusal.status
    flash("It is offered. Ask each member alone, in any order.", "good")
    return _back(relationship_id)


@blueprint.get("/<uuid:plan_id>/answers/<uuid:person_id>")
def asking(relationship_id: UUID, plan_id: UUID, person_id: UUID) -> str:
    """Show the question for one member, and nothing of what anyone else said."""
    return _answer_page(relationship_id, plan_id, person_id, errors={})


@blueprint.post("/<uuid:plan_id>/answers/<uuid:person_id>")
def answer(relationship_id: UUID, plan_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Take down what one member said alone."""
    said, setting = request.form.get("said", ""), request.form.get("setting", "")
    if said not in list(CAN_BE_SAID):
        errors = {"said": "Choose what was said."}
        return _answer_page(relationship_id, plan_id, person_id, errors=errors), 422
    try:
        with unit_of_work() as work:
            queries.refuse_elsewhere(work, relationship_id, plan_id)
            usecases.record_answer(
                work,
                plan_id=plan_id,
                person_id=person_id,
                said=Said(said),
                setting=Setting(setting) if setting in list(ASKED_WHERE) else None,
                shown=request.form.get("shown", ""),
                locale=request.form.get("locale") or None,
                now=now(),
            )
    except (domain.NotAlone, NotAsShown, NotInThisLanguage) as refusal:
        errors = {FIELDS[type(refusal)]: str(refusal)}
        return _answer_page(relationship_id, plan_id, person_id, errors=errors), refusal.status
    _begin(relationship_id, plan_id)
    flash("The answer is kept, for you alone.", "info")
    return _back(relationship_id)


@blueprint.post("/<uuid:plan_id>/release")
def release(relationship_id: UUID, plan_id: UUID) -> Response:
    """Give the clinician's own key, and begin if every other is there."""
    with unit_of_work() as work:
        queries.refuse_elsewhere(work, relationship_id, plan_id)
        usecases.release_plan(work, plan_id=plan_id, now=now())
    _begin(relationship_id, plan_id)
    flash("Your release is kept.", "info")
    return _back(relationship_id)


@blueprint.post("/<uuid:plan_id>/stop")
def stop(relationship_id: UUID, plan_id: UUID) -> Response:
    """End it, because someone wants it ended; nobody has to say why."""
    with unit_of_work() as work:
        queries.refuse_elsewhere(work, relationship_id, plan_id)
        usecases.stop_plan(work, plan_id=plan_id, now=now())
    flash("It has ended.", "info")
    return _back(relationship_id)


@blueprint.post("/<uuid:plan_id>/take-back")
def take_back(relationship_id: UUID, plan_id: UUID) -> Response:
    """Take an offer back."""
    with unit_of_work() as work:
        queries.refuse_elsewhere(work, relationship_id, plan_id)
        usecases.take_back_offer(work, plan_id=plan_id, now=now())
    flash("The offer is taken back.", "info")
    return _back(relationship_id)


def _begin(relationship_id: UUID, plan_id: UUID) -> None:
    """Begin a plan if every key is there, having read what other services told just now."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
    known = gateways.ask(current_app.extensions["freshness"], together)
    with unit_of_work() as work:
        usecases.start_plan(work, plan_id=plan_id, known=known.holds(work), now=now())


def _experiment(code: str) -> Experiment:
    found = queries.menu().get(code)
    if found is None:
        raise NotFound
    return found


class Unchecked(Refusal):
    """Check both points first: what must be there, and what speaks against it."""


def _refuse_unchecked() -> None:
    if not {"fits", "clear"} <= set(request.form.getlist("checked")):
        raise Unchecked


def _field_of(refusal: Refusal) -> str:
    if isinstance(refusal, domain.DaysDoNotFit):
        return "days"
    return "checked" if isinstance(refusal, Unchecked) else "offer"


def _offer_page(
    together: roster.Together, experiment: Experiment, *, days: str, errors: dict[str, str]
) -> str:
    return render_template(
        "sessions/plans/offer.html",
        together=together,
        experiment=experiment,
        days=days,
        checked=request.form.getlist("checked"),
        errors=errors,
    )


@texts_blueprint.get("/consent/texts")
def texts() -> str:
    """Show the texts that were read to members, byte for byte; none names anyone."""
    with reading() as work:
        return texts_page(work, OfferText)


def _answer_page(
    relationship_id: UUID, plan_id: UUID, person_id: UUID, *, errors: dict[str, str]
) -> str:
    with reading() as work:
        together = roster.treated(work, relationship_id)
        standings = queries.standings_of(work, relationship_id, now())
        own = roster.language_of(work, together.clinic_id, together.member(person_id).person_id)
    asked = next((one for one in standings if one.plan_id == plan_id), None)
    if asked is None or asked.state is PlanState.ENDED:
        raise domain.NotOpen
    return render_template(
        "sessions/plans/answer.html",
        together=together,
        member=together.member(person_id),
        plan_id=plan_id,
        experiment=asked.experiment,
        days=asked.days,
        **_words(plan_id, request.form.get("locale") or request.args.get("locale") or own),
        typed=request.form if "read" not in errors else {},
        options=list(CAN_BE_SAID.items()),
        settings_offered=list(ASKED_WHERE.items()),
        errors=errors,
    )


def _words(plan_id: UUID, locale: str) -> dict[str, Any]:
    """Return the text to read out in a language, if there is one, and the others there are."""
    text: Text | None
    try:
        text = queries.text_for(plan_id, locale, now())
    except NotInThisLanguage:
        text = None
    return {
        "text": text,
        "missing": "" if text else str(NotInThisLanguage()),
        "spoken": languages()[text.locale] if text else None,
        "languages": [one for tag, one in languages().items() if not text or tag != text.locale],
    }


def _back(relationship_id: UUID) -> Response:
    return redirect(url_for(".plan", relationship_id=relationship_id))
