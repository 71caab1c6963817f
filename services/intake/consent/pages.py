"""Consent for people: the member's own screen, and the treating clinician's view of one person."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import domain, queries, usecases
from services.intake.consent.models import ConsentRevision
from services.intake.directory import queries as directory
from services.intake.directory import usecases as directory_usecases
from services.intake.directory.pages.door import remember_way_back
from services.intake.directory.pages.visit import let_out, visiting
from services.intake.people import queries as people
from services.intake.people.models import Person
from shared.auth.presence import wall_clock
from shared.consent.decision import Decision
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_in_force
from shared.contracts.words import Purpose
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import now, reading, settings, unit_of_work
from shared.web.seating import current_seat, leave_seat, seat_address

blueprint = Blueprint("consent", __name__)


@blueprint.post("/relationships/<uuid:relationship_id>/members/<uuid:person_id>/hand-over")
def hand_over(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Sign staff out here, and open a seat for one member on this device."""
    with unit_of_work() as work:
        _, key = usecases.hand_over(
            work, relationship_id=relationship_id, person_id=person_id, now=now()
        )
        found = visiting(work)
        if found is not None:
            directory_usecases.sign_out(work, session_id=found[0].id, now=wall_clock())
    remember_way_back(url_for("people.one", relationship_id=relationship_id))
    page = render_template("intake/consent/handed_over.html", address=seat_address(settings(), key))
    return let_out(make_response(page))


@blueprint.get("/seat/choices")
def choices() -> str:
    """Show a seated member the questions, each alone, none answered beforehand."""
    with reading() as work:
        return _choices_page(work, {})


@blueprint.post("/seat/choices")
def choose() -> ResponseReturnValue:
    """Keep a member's answers; the seat ends, whatever they were."""
    try:
        answers = _answers()
    except domain.AnswerNotUsable as refusal:
        with reading() as work:
            return _choices_page(work, {"choices": str(refusal)}), 422
    with unit_of_work() as work:
        seat = current_seat(work, purpose=domain.SEAT)
        usecases.answer(
            work, clinic_id=seat.clinic_id, person_id=seat.person_id, answers=answers, now=now()
        )
        return leave_seat(work, seat, at=now())


@blueprint.get("/relationships/<uuid:relationship_id>/members/<uuid:person_id>/consent")
def person(relationship_id: UUID, person_id: UUID) -> str:
    """Show the treating clinician what one person permits, and how we know."""
    return _person_page(relationship_id, person_id, {})


@blueprint.post("/relationships/<uuid:relationship_id>/members/<uuid:person_id>/consent")
def record(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Keep what a person said on paper or in words."""
    try:
        with unit_of_work() as work:
            usecases.record_for_person(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                purpose=_purpose(request.form.get("purpose", "")),
                permits=_yes(request.form.get("answer", "")),
                method=_method(request.form.get("method", "")),
                setting=_setting(request.form.get("setting", "")),
                now=now(),
            )
    except domain.AnswerNotUsable as refusal:
        return _person_page(relationship_id, person_id, {"answer": str(refusal)}), 422
    except domain.HowNotUsable as refusal:
        return _person_page(relationship_id, person_id, {"method": str(refusal)}), 422
    flash("The answer is kept.", "good")
    return redirect(url_for(".person", relationship_id=relationship_id, person_id=person_id), 303)


def _choices_page(work: UnitOfWork, errors: dict[str, str]) -> str:
    seat = current_seat(work, purpose=domain.SEAT)
    standing = queries.standing(work, clinic_id=seat.clinic_id, person_id=seat.person_id, now=now())
    zone = work.get(Person, seat.clinic_id, seat.person_id).zone
    questions = []
    for purpose in domain.ASKED_NOW:
        decision = standing[purpose]
        text = text_in_force(domain.TEXTS, purpose, "en", now())
        present = ""
        if decision.permits and decision.ends_at is not None:
            present = f"Now: yes, until {_day(decision.ends_at, zone)}."
        elif decision.said is not None:
            present = "Now: no."
        questions.append({"name": purpose.value, "text": text, "present": present})
    return render_template("intake/consent/choices.html", questions=questions, errors=errors)


def _person_page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, found = people.member(work, relationship_id, person_id)
        if not people.is_treating(work, relationship):
            raise NotFound
        key = {"clinic_id": relationship.clinic_id, "person_id": person_id}
        standing = queries.standing(work, **key, now=now())
        rows = queries.revisions(work, **key)
        return render_template(
            "intake/consent/person.html",
            relationship_id=relationship_id,
            person_id=person_id,
            name=people.details_of(work, found).name,
            purposes=[
                _purpose_row(one, decision, found.zone) for one, decision in standing.items()
            ],
            history=[_history_row(work, row, found.zone) for row in reversed(rows)],
            purpose_options=[(one.value, domain.PURPOSE_WORDS[one]) for one in Purpose],
            methods=[(one.value, domain.METHOD_WORDS[one]) for one in domain.STAFF_METHODS],
            settings_offered=[
                (one.value, domain.SETTING_WORDS[one]) for one in domain.STAFF_SETTINGS
            ],
            texts={one: text_in_force(domain.TEXTS, one, "en", now()) for one in Purpose},
            typed=request.form,
            errors=errors,
        )


def _purpose_row(purpose: Purpose, decision: Decision, zone: str) -> dict[str, Any]:
    tone = "good" if decision.permits else "neutral"
    ends = _day(decision.ends_at, zone) if decision.permits and decision.ends_at else ""
    return {
        "code": purpose.value,
        "says": domain.PURPOSE_WORDS[purpose],
        "state": domain.STATE_WORDS[decision.because],
        "tone": tone,
        "until": ends,
    }


def _history_row(work: UnitOfWork, row: ConsentRevision, zone: str) -> dict[str, str]:
    how = f"{domain.METHOD_WORDS[row.method]}, {domain.SETTING_WORDS[row.setting].lower()}"
    by = f", written down by {directory.name_of_staff(work, row.recorded_by)}"
    return {
        "when": _day(row.decided_at, zone),
        "what": domain.PURPOSE_WORDS[Purpose(row.purpose)],
        "said": "Yes" if row.state is State.GIVEN else "No",
        "tone": "good" if row.state is State.GIVEN else "neutral",
        "at": row.decided_at.isoformat(),
        "how": how + (by if row.recorded_by else ""),
        "text": f"Text version {row.text_version}, {row.locale}, {row.text_hash[:12]}",
    }


def _answers() -> dict[Purpose, bool]:
    given = {purpose: request.form.get(purpose.value, "") for purpose in domain.ASKED_NOW}
    return {purpose: _yes(said) for purpose, said in given.items() if said}


def _yes(said: str) -> bool:
    if said not in ("yes", "no"):
        raise domain.AnswerNotUsable
    return said == "yes"


def _purpose(code: str) -> Purpose:
    try:
        return Purpose(code)
    except ValueError:
        raise domain.AnswerNotUsable from None


def _method(code: str) -> Method:
    try:
        return Method(code)
    except ValueError:
        raise domain.HowNotUsable from None


def _setting(code: str) -> Setting:
    try:
        return Setting(code)
    except ValueError:
        raise domain.HowNotUsable from None


def _day(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"
