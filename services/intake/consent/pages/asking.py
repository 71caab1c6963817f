"""Asking by a link: the clinician makes it for one person, who opens it, answers, and is done.

The member's pages show empty questions and nothing that is stored; they may only be answered.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from services.intake.consent import domain, queries, usecases
from services.intake.consent.models import ConsentLink, OpenConsentForm
from services.intake.consent.pages.person import PLACE, of_mine
from services.intake.consent.pages.shown import questions, said_on_form
from services.intake.consent.queries import Asking
from services.intake.people import queries as people
from services.intake.people.models import Person
from shared.auth.actors import Actor, Door
from shared.auth.link_rows import open_form, open_link
from shared.auth.links import LinkClosed, hash_of_form, hash_of_link, new_secret
from shared.auth.policy import keep_door
from shared.auth.signing_keys import derived_secret
from shared.consent.purposes import kind_of
from shared.consent.texts import NotAsShown
from shared.errors import NotFound, Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, settings, store, unit_of_work
from shared.web.linking import close_like_all, note_knock

KEY = "intake.asking"
HOURS = ((4, "4 hours"), (24, "A day"), (48, "Two days"), (72, "Three days"))

staff = Blueprint("asking", __name__)
member = Blueprint("asked", __name__)
close_like_all(member)


def register(app: Flask) -> None:
    """Add these pages to an app, with what keeps the door of its links."""
    app.extensions["link_secret"] = derived_secret(app.extensions["settings"], "links of intake")
    keep_door(app, Door.LINK, _who_has_a_form_open)
    app.register_blueprint(staff)
    app.register_blueprint(member)


@staff.get(f"{PLACE}/link")
def new(relationship_id: UUID, person_id: UUID) -> str:
    """Let the treating clinician choose what one person is asked by a link."""
    return _new_page(relationship_id, person_id, {})


@staff.post(f"{PLACE}/link")
def create(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Make the link, and show its address this once."""
    token = new_secret()
    try:
        with unit_of_work() as work:
            made = usecases.ask_by_link(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                purposes=request.form.getlist("purposes"),
                hours=request.form.get("hours", 48, type=int),
                token_hash=hash_of_link(_secret(), token),
                now=now(),
            )
            zone = work.get(Person, made.clinic_id, person_id).zone
    except NotFound:
        raise
    except Refusal as refusal:
        return _new_page(relationship_id, person_id, {"purposes": str(refusal)}), refusal.status
    return render_template(
        "intake/consent/link_made.html",
        relationship_id=relationship_id,
        person_id=person_id,
        address=f"{settings().member_url}/intake/a/{token}",
        closes=_time(made.closes_at, zone),
    )


@member.get("/a/<token>")
def landing(token: str) -> str:
    """Say that a form is ready; nothing is written, spent or shown."""
    door = _link_open(token)
    with store().reading(clinics={door[0]}, actor=_holder(door)) as work:
        return render_template("intake/consent/landing.html", **_language(work, door))


@member.post("/a/<token>")
def start(token: str) -> ResponseReturnValue:
    """Open the form in this browser, at an address without the secret."""
    door = _link_open(token)
    key = new_secret()
    with store().unit_of_work(clinics={door[0]}, actor=_holder(door)) as work:
        usecases.open_in_browser(work, door=door, key_hash=hash_of_form(_secret(), key), now=now())
    session[KEY] = key
    return redirect(url_for(".form"), 303)


@member.get("/questions")
def form() -> str:
    """Show the questions, empty."""
    with reading() as work:
        return _form_page(work)


@member.post("/questions")
def send() -> ResponseReturnValue:
    """Take the answers in, and say thank you in the same words to everybody."""
    try:
        with unit_of_work() as work:
            words = _language(work, g.asking)
            asked = queries.asked_by(work, queries.request_behind(work, g.asking, now=now()))
            usecases.answer_by_link(work, door=g.asking, said=said_on_form(asked), now=now())
    except (domain.AnswerNotUsable, NotAsShown) as refusal:
        with reading() as work:
            return _form_page(work, refusal), refusal.status
    session.pop(KEY, None)
    return render_template("intake/consent/thanks.html", **words)


def _form_page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    found = queries.request_behind(work, g.asking, now=now())
    person = work.get(Person, found.clinic_id, found.person_id)
    words = _language(work, g.asking)
    page = words["language"].page
    wrong = page["choose" if isinstance(refusal, domain.AnswerNotUsable) else "changed"]
    return render_template(
        "intake/consent/choices.html",
        **words,
        questions=questions(person, queries.asked_by(work, found), words["language"]),
        wrong=wrong if refusal else "",
        receipt=False,
    )


def _new_page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, found, _ = of_mine(work, relationship_id, person_id)
        on_duty = queries.someone_on_duty(work, relationship.clinic_id)
        policy = queries.policy_of(work, relationship.clinic_id)
        return render_template(
            "intake/consent/ask.html",
            relationship_id=relationship_id,
            person_id=person_id,
            name=people.details_of(work, found).name,
            purposes=[
                (one, kind_of(one).says)
                for one in domain.offered(policy)
                if on_duty or not kind_of(one).needs_duty
            ],
            hours=HOURS,
            chosen=_chosen(policy),
            inviting="invite" in request.args,
            hours_chosen=request.form.get("hours", "48"),
            errors=errors,
        )


def _chosen(policy: str) -> list[str]:
    """Return what is ticked: what was typed, or for an invitation what everybody is asked."""
    if request.method == "POST":
        return request.form.getlist("purposes")
    return [policy, *domain.ASKED_NOW] if "invite" in request.args else []


def _link_open(token: str) -> Asking:
    """Return where a link leads while it is open; a closed one is noted against its source."""
    token_hash = hash_of_link(_secret(), token)
    try:
        with store().looking_up() as work:
            link = open_link(work, ConsentLink, token_hash, now=now())
            door = (link.clinic_id, link.id)
        _look_at(door)
    except LinkClosed:
        note_knock(token_hash)
        raise
    return door


def _who_has_a_form_open() -> Actor:
    key = session.get(KEY)
    if not key:
        raise LinkClosed
    with store().looking_up() as work:
        found = open_form(work, OpenConsentForm, hash_of_form(_secret(), str(key)), now=now())
        g.asking = (found.clinic_id, found.request_id)
    return _look_at(g.asking)


def _look_at(door: Asking) -> Actor:
    """Return the member behind a door that can still be answered; raises LinkClosed."""
    with store().reading(clinics={door[0]}, actor=_holder(door)) as work:
        found = queries.request_behind(work, door, now=now())
        return Actor(door=Door.LINK, id=found.person_id, clinics=frozenset({door[0]}))


def _holder(door: Asking) -> Actor:
    return Actor(door=Door.LINK, clinics=frozenset({door[0]}))


def _language(work: UnitOfWork, door: Asking) -> dict[str, Any]:
    """Return the language in which this person is asked, as the member's layout needs it."""
    found = queries.request_behind(work, door, now=now())
    language = queries.language_of(work.get(Person, found.clinic_id, found.person_id))
    return {"language": language, "lang": language.tag, "dir": language.direction}


def _secret() -> bytes:
    secret: bytes = current_app.extensions["link_secret"]
    return secret


def _time(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B, %H:%M}"
