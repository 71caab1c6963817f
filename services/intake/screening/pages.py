"""The treating clinician's page about their talks with one member, alone."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent.domain import NoPolicy, NotNoted
from services.intake.consent.queries import policy_of
from services.intake.directory import queries as directory
from services.intake.people import queries as people
from services.intake.screening import domain, queries, usecases
from services.intake.screening.domain import Module, Said
from services.intake.screening.queries import Talk
from shared.consent.languages import languages
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work

blueprint = Blueprint(
    "talks",
    __name__,
    url_prefix="/relationships/<uuid:relationship_id>/members/<uuid:person_id>/talk",
)

SAID = {Said.YES: "Yes", Said.NO: "No", Said.UNSAID: "Would rather not say"}
FIELDS: Mapping[type[Refusal], str] = {
    domain.NotAlone: "alone",
    domain.DayNotYet: "held_on",
    domain.NoSuchModule: "module",
    domain.NotesTooLong: "notes",
    NoPolicy: "notes",
    NotNoted: "notes",
}


@blueprint.get("")
def talk(relationship_id: UUID, person_id: UUID) -> str:
    """Show what was kept of the talks with a member, and the form for a new one."""
    return _page(relationship_id, person_id, {})


@blueprint.post("")
def record(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Keep that a member was asked alone."""
    module = request.form.get("module", "")
    used = queries.modules().get(module)
    try:
        with unit_of_work() as work:
            usecases.record_talk(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                held_on=_typed_day(),
                alone=request.form.get("alone") == "yes",
                module=module,
                answers=domain.read_answers(used, request.form) if used else {},
                notes=request.form.get("notes", ""),
                now=now(),
            )
    except tuple(FIELDS) as refusal:
        errors = {FIELDS[type(refusal)]: str(refusal)}
        return _page(relationship_id, person_id, errors), refusal.status
    flash("It is kept, for you alone.", "good")
    return redirect(url_for(".talk", relationship_id=relationship_id, person_id=person_id), 303)


@blueprint.post("/<uuid:talk_id>/take-back")
def take_back(relationship_id: UUID, person_id: UUID, talk_id: UUID) -> ResponseReturnValue:
    """Let an entry no longer count."""
    with unit_of_work() as work:
        usecases.take_back_talk(
            work,
            relationship_id=relationship_id,
            person_id=person_id,
            talk_id=talk_id,
            now=now(),
        )
    flash("The entry no longer counts.", "info")
    return redirect(url_for(".talk", relationship_id=relationship_id, person_id=person_id), 303)


def _page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, person = queries.treated(work, relationship_id, person_id)
        talks = [_row(work, one) for one in queries.talks_with(work, relationship_id, person_id)]
        name = people.details_of(work, person).name
        everyone = queries.asked_alone(work, relationship_id)
        today = people.today_at(work, relationship.clinic_id, now())
        policy = policy_of(work, relationship.clinic_id)
    return render_template(
        "intake/screening/talk.html",
        relationship_id=relationship_id,
        person_id=person_id,
        name=name,
        talks=talks,
        everyone=everyone,
        modules=[_module(one) for one in _own_first(queries.modules().values())],
        questions=[one for module in queries.modules().values() for one in module.questions],
        said=[(code.value, words) for code, words in SAID.items()],
        today=today.isoformat(),
        policy=languages()["en"].policies.get(policy, ""),
        typed=request.form,
        errors=errors,
    )


def _row(work: UnitOfWork, one: Talk) -> dict[str, Any]:
    questions = one.module.questions if one.module else ()
    return {
        "id": one.id,
        "day": f"{one.held_on.day} {one.held_on:%B %Y}",
        "at": one.held_on.isoformat(),
        "by": directory.name_of_staff(work, one.recorded_by),
        "how": one.module.name if one.module else "",
        "answers": [
            (asked.says, SAID[Said(one.answers[asked.code])])
            for asked in questions
            if asked.code in one.answers
        ],
        "notes": one.notes,
        "taken_back": one.taken_back,
    }


def _own_first(modules: Iterable[Module]) -> list[Module]:
    return sorted(modules, key=lambda one: (one.code != usecases.OWN_WAY, one.name))


def _module(module: Module) -> tuple[str, str, str]:
    return module.code, module.name, f"{module.licence.text} Tried with: {module.population}"


def _typed_day() -> date:
    try:
        return date.fromisoformat(request.form.get("held_on", ""))
    except ValueError:
        raise domain.DayNotYet from None
