"""The members' pages: a link, a short form, a thank-you; and one page for every closed door."""

from datetime import datetime
from typing import Any
from uuid import UUID

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

from services.reminders.forms import domain, queries, usecases
from services.reminders.forms.queries import Door
from services.reminders.questions.queries import in_language
from services.reminders.roster.queries import clinic
from services.reminders.sending.domain import Stationery
from services.reminders.sending.models import LinkKey
from shared.auth.actors import Actor
from shared.auth.actors import Door as Way
from shared.auth.link_rows import link_behind
from shared.auth.links import LinkClosed, hash_of_form, new_secret
from shared.auth.policy import keep_door
from shared.consent.enforcement import Enforcement
from shared.consent.languages import language_for
from shared.events.freshness import Freshness, Proof
from shared.spoken import Spoken
from shared.web import now, reading, store, unit_of_work
from shared.web.linking import close_like_all, note_knock

KEY = "reminders.form"

blueprint = Blueprint("forms", __name__, template_folder="../templates")


def register(app: Flask, stationery: Stationery, freshness: Freshness) -> None:
    """Add these pages to an app, with what knows its links, proves and keeps its door."""
    app.extensions["stationery"], app.extensions["freshness"] = stationery, freshness
    keep_door(app, Way.LINK, _who_has_a_form_open)
    app.register_blueprint(blueprint)


@blueprint.get("/f/<token>")
def landing(token: str) -> str:
    """Say that a form is ready, if its person still agrees; nothing is written, spent or shown."""
    door, _, person_id = _link_open(token)
    proof = _proof_about(person_id)
    with store().reading(clinics={door[0]}, actor=_reader(door)) as work:
        queries.prompt_to_open(work, door, proof=proof, now=now())
        words = queries.words_for(work, door)
    return render_template("reminders/forms/landing.html", **_in(words))


@blueprint.post("/f/<token>")
def start(token: str) -> ResponseReturnValue:
    """Open the form in this browser, at an address without the secret."""
    door, closes_at, person_id = _link_open(token)
    key, proof = new_secret(), _proof_about(person_id)
    with store().unit_of_work(clinics={door[0]}, actor=_reader(door)) as work:
        usecases.start_form(
            work,
            door=door,
            key_hash=hash_of_form(_stationery().secret, key),
            closes_at=closes_at,
            proof=proof,
            now=now(),
        )
    session[KEY] = key
    return redirect(url_for(".form"), 303)


@blueprint.get("/form")
def form() -> str:
    """Show the empty form, in the language of its person; it asks what may be asked now."""
    proof = _proof_about(g.person_id)
    with reading() as work:
        prompt = queries.open_prompt(work, g.door, now=now())
        asked = queries.still_asked(work, prompt, g.opened, proof=proof, now=now())
        words = queries.words_for(work, g.door)
        policy = language_for(words.tag).policies.get(clinic(work, g.door[0]).policy, "")
    asked = in_language(asked, words.tag)
    return render_template("reminders/forms/form.html", asked=asked, policy=policy, **_in(words))


@blueprint.post("/form")
def send() -> str:
    """Take in what was asked and still may be; say thank you in the same words to everybody."""
    door, proof = g.door, _proof_about(g.person_id)
    with unit_of_work() as work:
        prompt = queries.open_prompt(work, door, now=now())
        asked = queries.still_asked(work, prompt, g.opened, proof=proof, now=now())
        sent = domain.read_form(asked, request.form)
        words = queries.words_for(work, door)
        if sent.not_now:
            usecases.leave_for_now(work, door=door)
        else:
            usecases.submit_form(work, door=door, asked=asked, sent=sent, now=now())
        help_text = clinic(work, door[0]).help
    session.pop(KEY, None)
    return render_template("reminders/forms/thanks.html", help_text=help_text, **_in(words))


@blueprint.get("/f/<token>/stop")
def stopping(token: str) -> str:
    """Offer to stop these messages, in the same words for every address: in every language."""
    return render_template("reminders/forms/stopping.html", words=queries.every_language())


@blueprint.post("/f/<token>/stop")
def stop(token: str) -> str:
    """Stop these messages, also by one click in a mail program; the answer is always the same."""
    token_hash = _stationery().hash_of(token)
    with store().looking_up() as work:
        link = link_behind(work, LinkKey, token_hash)
    if link is not None:
        door = (link.clinic_id, link.id)
        with store().unit_of_work(clinics={door[0]}, actor=_reader(door)) as work:
            usecases.stop_by_link(work, door=door, now=now())
    return render_template("reminders/forms/stopped.html", words=queries.every_language())


close_like_all(blueprint)


def _link_open(token: str) -> tuple[Door, datetime, UUID]:
    """Return where a link leads while it is open, until when, and whose it is.

    A closed one is noted against its source.
    """
    token_hash = _stationery().hash_of(token)
    try:
        with store().looking_up() as work:
            door, closes_at = queries.link_leads(work, token_hash, now=now())
        return door, closes_at, _look_at(door)
    except LinkClosed:
        note_knock(token_hash)
        raise


def _who_has_a_form_open() -> Actor:
    key = session.get(KEY)
    if not key:
        raise LinkClosed
    with store().looking_up() as work:
        key_hash = hash_of_form(_stationery().secret, str(key))
        g.door, g.opened = queries.open_form_leads(work, key_hash, now=now())
    g.person_id = _look_at(g.door)
    return Actor(door=Way.LINK, id=g.person_id, clinics=frozenset({g.door[0]}))


def _look_at(door: Door) -> UUID:
    """Return the member behind a door that can still be answered; raises LinkClosed."""
    with store().reading(clinics={door[0]}, actor=_reader(door)) as work:
        return queries.open_prompt(work, door, now=now()).person_id


def _proof_about(person_id: UUID) -> Proof:
    """Read up what a person said; it is done for everybody, whatever their form asks."""
    enforcement = Enforcement(current_app.extensions["freshness"])
    return enforcement.proof_for([queries.asking(person_id)])


def _in(words: Spoken) -> dict[str, Any]:
    """Return what a page in one person's language needs."""
    return {"says": words.says, "lang": words.tag}


def _reader(door: Door) -> Actor:
    return Actor(door=Way.LINK, clinics=frozenset({door[0]}))


def _stationery() -> Stationery:
    found: Stationery = current_app.extensions["stationery"]
    return found
