"""The contact card of one member, for staff who spoke with them alone."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory.models import Clinic
from services.intake.people import queries, usecases
from services.intake.people.domain import Contact, Device, Means, NoAnswer
from services.intake.people.pages.typed import (
    field_of,
    shown_card,
    shown_windows,
    typed_card,
    typed_contact,
    typed_windows,
)
from shared.errors import NotFound, Refusal
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("cards", __name__)

PLACE = "/relationships/<uuid:relationship_id>/members/<uuid:person_id>/contact"
MEANS_WORDS = {
    Means.EMAIL: "E-mail",
    Means.TEXT: "Text message",
    Means.CALL: "Telephone call",
}
DEVICE_WORDS = {
    Device.NOBODY: "Nobody else",
    Device.OTHERS: "Someone outside this relationship",
    Device.MEMBER: "Another member of this relationship",
}
NO_ANSWER_WORDS = {
    NoAnswer.WAIT: "Wait until they get in touch",
    NoAnswer.AGAIN: "Try again in the next safe hours",
    NoAnswer.WRITE: "Write to them instead",
}


@blueprint.get(PLACE)
def card(relationship_id: UUID, person_id: UUID) -> str:
    """Show a member's contact card, to be filled in with them alone."""
    return _page(relationship_id, person_id)


@blueprint.post(PLACE)
def change(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Change a member's contact card, after speaking with them alone."""
    try:
        with unit_of_work() as work:
            found, person = queries.member(work, relationship_id, person_id)
            usecases.change_contact(
                work,
                clinic_id=found.clinic_id,
                person_id=person.id,
                contact=typed_contact(request.form),
                spoken_alone=request.form.get("spoken_alone") == "yes",
                now=now(),
            )
    except NotFound:
        raise
    except Refusal as refusal:
        errors = {field_of(refusal): str(refusal)}
        return _page(relationship_id, person_id, errors, typed=True), refusal.status
    flash("The contact card is confirmed and saved.", "good")
    return redirect(url_for("people.one", relationship_id=relationship_id), 303)


@blueprint.post(f"{PLACE}/confirm")
def confirm(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Confirm a card of which nothing has changed, after speaking with the person alone."""
    with unit_of_work() as work:
        found, person = queries.member(work, relationship_id, person_id)
        usecases.confirm_contact(
            work,
            clinic_id=found.clinic_id,
            person_id=person.id,
            spoken_alone=request.form.get("spoken_alone") == "yes",
            now=now(),
        )
    flash("The contact card is confirmed.", "good")
    return redirect(url_for("people.one", relationship_id=relationship_id), 303)


@blueprint.post(f"{PLACE}/stop")
def stop(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Reach a member in one way no more, at once."""
    try:
        means = Means(request.form.get("stop", ""))
    except ValueError:
        return _page(relationship_id, person_id, {"stop": "Choose which way is to stop."}), 422
    with unit_of_work() as work:
        found, person = queries.member(work, relationship_id, person_id)
        usecases.stop_means(
            work, clinic_id=found.clinic_id, person_id=person.id, means=means, now=now()
        )
    flash("That way has stopped. Agree on another with them alone, on the card.", "good")
    return redirect(url_for(".card", relationship_id=relationship_id, person_id=person_id), 303)


def _page(
    relationship_id: UUID,
    person_id: UUID,
    errors: dict[str, str] | None = None,
    *,
    typed: bool = False,
) -> str:
    with reading() as work:
        found, person = queries.member(work, relationship_id, person_id)
        kept = queries.cards_of(work, [person_id]).get(person_id)
        contact = queries.contact_of(work, kept)
        clinic = work.get(Clinic, found.clinic_id, found.clinic_id)
        known = queries.details_of(work, person)
        missing = queries.still_missing(kept, clinic, person.zone, now())
        can_confirm = queries.can_be_confirmed(kept, clinic, now())
        confirmed_on = _day(kept.confirmed_on) if kept and kept.confirmed_on else ""
    return render_template(
        "intake/people/contact.html",
        relationship_id=relationship_id,
        person_id=person_id,
        name=known.name,
        zone=known.zone,
        missing=missing,
        can_confirm=can_confirm,
        confirmed_on=confirmed_on,
        in_use=[(one.value, MEANS_WORDS[one]) for one in Means if one in contact.means],
        errors=errors or {},
        **_shown(contact, typed=typed),
        **_options(),
    )


def _shown(contact: Contact, *, typed: bool) -> dict[str, Any]:
    """Return what stands in the fields: what was typed just now, else what is kept."""
    if typed:
        return {"card": typed_card(request.form), "windows": typed_windows(request.form)}
    return {"card": shown_card(contact), "windows": shown_windows(contact)}


def _options() -> dict[str, Any]:
    return {
        "means_options": [(one.value, says) for one, says in MEANS_WORDS.items()],
        "device_options": [(one.value, says) for one, says in DEVICE_WORDS.items()],
        "no_answer_options": [(one.value, says) for one, says in NO_ANSWER_WORDS.items()],
    }


def _day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"
