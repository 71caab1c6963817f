"""The pages about relationships."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from services.intake.directory import queries as directory
from services.intake.directory.domain import ADULT_AGE
from services.intake.directory.models import Clinic
from services.intake.people import domain, queries, usecases
from services.intake.people.domain import Manner, Means
from services.intake.people.models import Relationship
from services.intake.people.pages.cards import DEVICE_WORDS, MEANS_WORDS, NO_ANSWER_WORDS
from services.intake.people.pages.typed import (
    LANGUAGES,
    field_of,
    lists,
    typed_members,
)
from services.intake.people.queries import MemberFacts, RelationshipFacts
from shared.auth.actors import Role
from shared.auth.policy import current_actor
from shared.contracts.words import IN_CARE, RelationshipState
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("people", __name__)

AlsoMissing = Callable[[UnitOfWork, Relationship, datetime], dict[UUID, list[str]]]
"""Says, per person, what else is missing before the first check-in, if the actor may know."""

MayBeLeftWord = Callable[[UnitOfWork, Relationship, datetime], frozenset[UUID]]
"""Says who of a relationship permits that a message is left on their voicemail."""

AlsoWaiting = Callable[[UnitOfWork], int]
"""Says how many requests wait for the actor."""


def at_joining(app: Flask, act: usecases.AtJoining) -> None:
    """Let another capability act on everyone who joins by these pages."""
    app.extensions["at_joining"] = act


def also_missing(app: Flask, ask: AlsoMissing) -> None:
    """Let another capability add to what is missing on a relationship's page."""
    app.extensions["also_missing"] = ask


def may_be_left_word(app: Flask, ask: MayBeLeftWord) -> None:
    """Let another capability say whose voicemail may be spoken on; without one, nobody's."""
    app.extensions["may_be_left_word"] = ask


def also_waiting(app: Flask, count: AlsoWaiting) -> None:
    """Let another capability say, on the list of relationships, that something waits."""
    app.extensions["also_waiting"] = count


@blueprint.get("/relationships", endpoint="relationships")
@blueprint.get("/people", endpoint="everyone")
def listing() -> str:
    """List the relationships that someone may see."""
    page = min(max(request.args.get("page", 1, type=int), 1), queries.MOST_PAGES)
    closed = request.args.get("state") == "closed"
    states = [RelationshipState.CLOSED] if closed else IN_CARE
    with reading() as work:
        found, count = queries.relationships(work, page=page, states=states)
        rows = [_row(work, one) for one in queries.facts_of(work, found, now=now())]
        several = len(directory.clinics(work)) > 1
        count_waiting: AlsoWaiting | None = current_app.extensions.get("also_waiting")
        waiting = count_waiting(work) if count_waiting else 0
    return render_template(
        "intake/people/relationships.html",
        waiting=waiting,
        rows=rows,
        page=page,
        pages=-(-count // queries.PAGE),
        closed=closed,
        several=several,
        here=request.endpoint,
    )


@blueprint.get("/relationships/new")
def new() -> str:
    """Ask who belongs to a new relationship."""
    return _new_page({}, 2)


@blueprint.post("/relationships/new")
def open_relationship() -> ResponseReturnValue:
    """Open a relationship, or show one more member's fields."""
    count = min(max(request.form.get("count", 2, type=int), 2), domain.MOST_MEMBERS)
    if "more" in request.form:
        return _new_page({}, min(count + 1, domain.MOST_MEMBERS))
    members, errors = typed_members(count)
    clinic_id, clinician_id = _clinic_and_clinician()
    if clinician_id is None or clinic_id is None:
        errors["clinician"] = str(domain.NotAClinicianHere())
    if errors or clinic_id is None or clinician_id is None:
        return _new_page(errors, count), 422
    try:
        with unit_of_work() as work:
            opened = usecases.open_relationship(
                work,
                clinic_id=clinic_id,
                clinician_id=clinician_id,
                members=members,
                label=request.form.get("label"),
                and_then=current_app.extensions["at_joining"],
                now=now(),
            )
    except Refusal as refusal:
        return _new_page({field_of(refusal): str(refusal)}, count), refusal.status
    flash("The relationship is open. Next: speak with each person alone.", "good")
    return redirect(url_for(".one", relationship_id=opened.id), 303)


@blueprint.get("/relationships/<uuid:relationship_id>")
def one(relationship_id: UUID) -> str:
    """Show a relationship, each member as a card of the same size."""
    with reading() as work:
        found = queries.relationship(work, relationship_id)
        [facts] = queries.facts_of(work, [found], now=now())
        ask: AlsoMissing | None = current_app.extensions.get("also_missing")
        more = ask(work, found, now()) if ask else {}
        whose: MayBeLeftWord | None = current_app.extensions.get("may_be_left_word")
        voicemail = whose(work, found, now()) if whose else frozenset()
        kept = queries.cards_of(work, [member.person_id for member in facts.members])
        cards = [
            _card(
                member,
                queries.contact_of(work, kept.get(member.person_id)),
                more.get(member.person_id, []),
                voicemail=member.person_id in voicemail,
            )
            for member in facts.members
        ]
        row = _row(work, facts)
        treating = queries.is_treating(work, found)
    return render_template(
        "intake/people/relationship.html", facts=facts, row=row, cards=cards, treating=treating
    )


@blueprint.route("/relationships/<uuid:relationship_id>/change", methods=["GET", "POST"])
def change(relationship_id: UUID) -> ResponseReturnValue:
    """Change a relationship's label or clinician."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with unit_of_work() as work:
                usecases.change_relationship(
                    work,
                    relationship_id=relationship_id,
                    clinician_id=_id(request.form.get("clinician")) or relationship_id,
                    label=request.form.get("label"),
                    now=now(),
                )
        except Refusal as refusal:
            errors = {field_of(refusal): str(refusal)}
        else:
            flash("The change is saved.", "good")
            return redirect(url_for(".relationships"), 303)
    with reading() as work:
        found = queries.relationship(work, relationship_id)
        page = render_template(
            "intake/people/change.html",
            relationship_id=relationship_id,
            label=work.open(found, "label"),
            clinician=found.clinician_id,
            clinicians=directory.clinicians_at(work, found.clinic_id),
            errors=errors,
        )
    return page, 422 if errors else 200


@blueprint.post("/relationships/<uuid:relationship_id>/close")
def close(relationship_id: UUID) -> ResponseReturnValue:
    """Close a relationship."""
    with unit_of_work() as work:
        usecases.close_relationship(work, relationship_id=relationship_id, now=now())
    flash("The relationship is closed. Its record stays.", "good")
    return redirect(url_for(".one", relationship_id=relationship_id), 303)


def _new_page(errors: dict[str, str], count: int) -> str:
    actor = current_actor()
    with reading() as work:
        clinics = directory.clinics(work)
        clinicians = [
            (f"{clinic.id} {staff_id}", name if len(clinics) == 1 else f"{name}, {clinic.name}")
            for clinic in clinics
            for staff_id, name in directory.clinicians_at(work, clinic.id)
        ]
        zone = clinics[0].zone if clinics else ""
        adult_age = min((one.adult_age for one in clinics), default=ADULT_AGE)
    return render_template(
        "intake/people/new.html",
        count=count,
        typed=request.form,
        errors=errors,
        zone=zone,
        adult_age=adult_age,
        clinicians=None if actor.role is Role.CLINICIAN else clinicians,
        **lists(),
    )


def _clinic_and_clinician() -> tuple[UUID | None, UUID | None]:
    actor = current_actor()
    if actor.role is Role.CLINICIAN:
        return next(iter(actor.clinics), None), actor.id
    clinic, _, clinician = request.form.get("clinician", "").partition(" ")
    return _id(clinic), _id(clinician)


def _row(work: UnitOfWork, facts: RelationshipFacts) -> dict[str, Any]:
    clinic = work.get(Clinic, facts.clinic_id, facts.clinic_id)
    opened = facts.opened_at.astimezone(ZoneInfo(clinic.zone))
    return {
        "id": facts.id,
        "names": [member.details.name for member in facts.members if member.active],
        "label": facts.label,
        "clinician": directory.name_of_staff(work, facts.clinician_id),
        "clinic": clinic.name,
        "opened": f"{opened.day} {opened:%B %Y}",
        "closed": facts.state is RelationshipState.CLOSED,
        "apart": facts.state is RelationshipState.APART,
        "ready": not any(member.missing for member in facts.members),
    }


def _card(
    member: MemberFacts, contact: domain.Contact, more: list[str], *, voicemail: bool
) -> dict[str, Any]:
    language = member.details.language
    return {
        "id": member.person_id,
        "details": member.details,
        "language": dict(LANGUAGES).get(language, language),
        "contact": contact,
        "means": [MEANS_WORDS[one] for one in Means if one in contact.means],
        "hours": _hours(contact),
        "call": _before_a_call(contact.manner, voicemail=voicemail),
        "lacks": _lacks(member, more),
        "erased": member.erased,
    }


def _lacks(member: MemberFacts, more: list[str]) -> list[tuple[str, str]]:
    """Return what is missing before the next check-in, each with where it is settled."""
    there = [(one, "details" if one == domain.UNSPOKEN else "card") for one in member.missing]
    return [*there, *((one, "consent") for one in more)]


def _before_a_call(manner: Manner, *, voicemail: bool) -> list[tuple[str, str]]:
    """Return what to know before calling; a message is left where card and consent both say so."""
    return [
        ("A message on voicemail", "Yes" if manner.voicemail and voicemail else "No"),
        ("Say who we are", "Yes" if manner.says_who else "No"),
        ("Word that shows it is them", manner.word_to_check or "None agreed"),
        ("Word that ends the call at once", manner.word_to_end or "None agreed"),
        ("Who else uses the device", _others(manner)),
        ("If they do not answer", NO_ANSWER_WORDS[manner.no_answer]),
    ]


def _others(manner: Manner) -> str:
    said = [DEVICE_WORDS.get(manner.device, "Not known yet"), manner.device_note]
    return ": ".join(one for one in said if one)


def _hours(contact: domain.Contact) -> list[str]:
    return [
        f"{domain.DAYS[window.day]} {window.begins:%H:%M} to {window.ends:%H:%M}"
        for window in sorted(contact.windows)
    ]


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
