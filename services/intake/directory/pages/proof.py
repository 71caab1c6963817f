"""Showing again that it is still oneself, before something that asks for it; nothing typed is lost.

Whoever wanted to look is sent here and back. Whoever sent a form is asked on the spot, with the
form still on the page, and their form goes on with the proof that they add to it.
"""

from flask import (
    Blueprint,
    Response,
    after_this_request,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from services.intake.directory import queries, usecases
from services.intake.directory.pages.visit import assertion_of, keep_secret, own_session
from shared.auth.interrupted import PROOF_FIELDS, typed_fields
from shared.auth.policy import current_actor
from shared.auth.presence import wall_clock
from shared.auth.redirects import safe_next
from shared.auth.staff_cookie import set_staff_cookie
from shared.web import reading, settings, unit_of_work

blueprint = Blueprint("proof", __name__)
NOT_PROVED = (
    "That does not fit. After several tries in a row, wait a few minutes before the next one."
)


@blueprint.get("/session/prove")
def ask() -> str:
    """Ask someone who is signed in to show that it is them."""
    return _page("", [])


@blueprint.post("/session/prove")
def prove() -> ResponseReturnValue:
    """Take the proof, and go on to where they wanted to go."""
    proved = _proved()
    if proved is None:
        return _page(NOT_PROVED, []), 401
    return _given(make_response(redirect(_onwards(), 303)), *proved)


def take_proof() -> ResponseReturnValue | None:
    """Take a proof that came with a form; None where it fits, else the page that asks for it."""
    proved = _proved() if PROOF_FIELDS & set(request.form) else None
    if proved is None:
        refused = NOT_PROVED if PROOF_FIELDS & set(request.form) else ""
        return _page(refused, typed_fields()), 401
    after_this_request(lambda answer: _given(answer, *proved))
    return None


def _proved() -> tuple[str, str] | None:
    """Return a new assertion and a new secret for the browser, where the proof fits."""
    with unit_of_work(clinics=()) as work:
        proved = usecases.prove_again(
            work,
            session_id=own_session(work).id,
            password=request.form.get("proof_password", ""),
            code=request.form.get("proof_code", ""),
            now=wall_clock(),
        )
        return None if proved is None else (assertion_of(work, proved[0]), proved[1])


def _given(answer: Response, assertion: str, secret: str) -> Response:
    set_staff_cookie(settings(), answer, assertion)
    return keep_secret(answer, secret)


def _page(refused: str, typed: list[tuple[str, str]]) -> str:
    with reading(clinics=()) as work:
        staff_id = current_actor().id
        asks_code = queries.account(work, staff_id).step_secret is not None
    return render_template(
        "intake/directory/proof.html",
        refused=refused,
        typed=typed,
        asks_code=asks_code,
        on_the_spot=request.endpoint not in ("proof.ask", "proof.prove"),
    )


def _onwards() -> str:
    return safe_next(request.args.get("next"), otherwise=url_for("door.home"))
