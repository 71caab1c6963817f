"""Questionnaires of one member, for the clinician who treats them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent.domain import NoPolicy, NotNoted
from services.intake.directory.pages.handing_over import handed_over, sign_out_here
from services.intake.people import queries as people
from services.intake.questionnaires import domain, queries, usecases
from services.intake.questionnaires.domain import Answer, Form, Pack
from services.intake.questionnaires.pages import shown
from shared.errors import Refusal
from shared.web import now, reading, unit_of_work

blueprint = Blueprint(
    "questionnaires",
    __name__,
    url_prefix="/relationships/<uuid:relationship_id>/members/<uuid:person_id>/questionnaires",
)

FIELDS: Mapping[type[Refusal], str] = {
    NoPolicy: "packs",
    NotNoted: "packs",
    domain.NothingChosen: "packs",
    domain.NotOffered: "pack",
    domain.ScoreOutOfRange: "score",
    domain.DayNotYet: "filled_on",
    domain.AnswersMissing: "filled_on",
    domain.AnswerTooLong: "filled_on",
}


@blueprint.get("")
def listed(relationship_id: UUID, person_id: UUID) -> str:
    """Show what a member has finished, and what can be handed over."""
    return _list_page(relationship_id, person_id, {})


@blueprint.post("/hand-over")
def hand_over(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Sign staff out here, and open a seat for one member on this device."""
    try:
        with unit_of_work() as work:
            _, key = usecases.hand_over(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                packs=request.form.getlist("packs", type=int),
                now=now(),
            )
            sign_out_here(work)
    except (domain.NothingChosen, domain.NotOffered, NoPolicy, NotNoted) as refusal:
        return _list_page(relationship_id, person_id, {"packs": str(refusal)}), refusal.status
    back = url_for(".listed", relationship_id=relationship_id, person_id=person_id)
    return handed_over(key, back=back)


@blueprint.post("/scores")
def enter(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Keep a score from paper."""
    try:
        with unit_of_work() as work:
            usecases.enter_score(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                pack=request.form.get("pack", 0, type=int),
                score=_typed_score(),
                filled_on=_typed_day(),
                now=now(),
            )
    except Refusal as refusal:
        errors = _errors(refusal)
        return _list_page(relationship_id, person_id, errors), refusal.status
    flash("The score is kept.", "good")
    return redirect(url_for(".listed", relationship_id=relationship_id, person_id=person_id), 303)


@blueprint.get("/paper/<int:number>")
def paper(relationship_id: UUID, person_id: UUID, number: int) -> str:
    """Show a whole questionnaire, to write down what was answered on paper."""
    return _paper_page(relationship_id, person_id, number, {})


@blueprint.post("/paper/<int:number>")
def write(relationship_id: UUID, person_id: UUID, number: int) -> ResponseReturnValue:
    """Keep what was answered on paper."""
    try:
        with unit_of_work() as work:
            usecases.write_from_paper(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                pack=number,
                answers=_typed_answers(queries.pack_numbered(number)),
                filled_on=_typed_day(),
                now=now(),
            )
    except (domain.DayNotYet, domain.AnswersMissing, domain.AnswerTooLong) as refusal:
        page = _paper_page(relationship_id, person_id, number, _errors(refusal))
        return page, refusal.status
    flash("The answers are kept.", "good")
    return redirect(url_for(".listed", relationship_id=relationship_id, person_id=person_id), 303)


@blueprint.get("/<uuid:questionnaire_id>")
def one(relationship_id: UUID, person_id: UUID, questionnaire_id: UUID) -> str:
    """Show what a member answered."""
    with reading() as work:
        _, person = queries.treated(work, relationship_id, person_id)
        found = queries.one_filled(work, relationship_id, person_id, questionnaire_id)
        name = people.details_of(work, person).name
    language = found.pack.languages.get("en", found.language)
    return render_template(
        "intake/questionnaires/one.html",
        relationship_id=relationship_id,
        person_id=person_id,
        name=name,
        row=shown.filled_row(found),
        sections=shown.answer_rows(found, language),
        language=language,
        said_in=shown.name_of(found.language.code) if found.language else "",
    )


def _list_page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        _, person = queries.treated(work, relationship_id, person_id)
        finished = queries.filled_by(work, relationship_id, person_id)
        begun = len(queries.drafts_of(work, relationship_id, person_id))
        details = people.details_of(work, person)
        today = people.today_at(work, person.clinic_id, now())
    return render_template(
        "intake/questionnaires/list.html",
        relationship_id=relationship_id,
        person_id=person_id,
        name=details.name,
        begun=begun,
        finished=[shown.filled_row(one) for one in finished],
        offered=shown.offered(details.language),
        with_score=[
            (pack.number, _range_of(pack)) for pack in queries.newest() if pack.scoring.says
        ],
        today=today.isoformat(),
        typed=request.form,
        errors=errors,
    )


def _paper_page(relationship_id: UUID, person_id: UUID, number: int, errors: dict[str, str]) -> str:
    pack = queries.pack_numbered(number)
    if pack.form is not Form.ITEMS:
        raise domain.NotOffered
    with reading() as work:
        _, person = queries.treated(work, relationship_id, person_id)
        details = people.details_of(work, person)
        today = people.today_at(work, person.clinic_id, now())
    language = domain.language_for(pack, details.language)
    return render_template(
        "intake/questionnaires/paper.html",
        relationship_id=relationship_id,
        person_id=person_id,
        name=details.name,
        pack=pack,
        language=language,
        sections=[
            (title, [_field(pack, item, language) for item in section.items])
            for section in pack.sections
            if (title := language.sections[section.code])
        ],
        today=request.form.get("filled_on") or today.isoformat(),
        errors=errors,
    )


def _field(pack: Pack, item: domain.Item, language: domain.Language) -> dict[str, Any]:
    words = language.items[item.code]
    codes = item.values if item.kind is domain.Kind.SCALE else item.options
    options = list(zip(codes, words.options, strict=True)) if codes else []
    if item.kind is domain.Kind.STEPS:
        options = [(value, str(value)) for value in item.values]
    around = queries.around(language.code)
    if domain.takes_depends(pack, item):
        options = [*options, (domain.DEPENDS, around["depends"])]
    if options and item.kind is not domain.Kind.SEVERAL:
        options = [*options, ("", around["skip"])]
    return {
        "code": item.code,
        "kind": item.kind.value,
        "words": words,
        "options": options,
        "typed": request.form.getlist(item.code) or [""],
    }


def _typed_answers(pack: Pack) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for section in pack.sections:
        answers |= domain.read_section(pack, section, request.form.getlist)
    return answers


def _typed_score() -> float:
    try:
        return float(request.form.get("score", "").strip().replace(",", "."))
    except ValueError:
        raise domain.ScoreOutOfRange from None


def _typed_day() -> date:
    try:
        return date.fromisoformat(request.form.get("filled_on", ""))
    except ValueError:
        raise domain.DayNotYet from None


def _errors(refusal: Refusal) -> dict[str, str]:
    if type(refusal) not in FIELDS:
        raise refusal
    return {FIELDS[type(refusal)]: str(refusal)}


def _range_of(pack: Pack) -> str:
    low, high = shown.plain(pack.scoring.low), shown.plain(pack.scoring.high)
    return f"{pack.name} ({low} to {high})"
