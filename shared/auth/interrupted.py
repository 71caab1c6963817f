"""What is answered in place of a view to someone who must first sign in, or show that it is them.

What they typed stays on the page, to be sent again. Passwords and codes are left out of it, and it
can be sent by the one who wrote it alone, whoever signs in meanwhile at the same desk.
"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote
from uuid import UUID

from flask import Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from shared.auth.matrix import Rule
from shared.auth.presence import last_presence, wall_clock
from shared.auth.signing_keys import derived_secret
from shared.auth.tokens import StaffAssertion
from shared.errors import NotFound, Refusal, SignInNeeded
from shared.settings import Settings

RENEWAL = "/intake/session/renew"
PROOF = "/intake/session/prove"
FRESH_FOR = timedelta(minutes=10)
"""How long after showing who one is the views that ask for it (``fresh``) take one's word."""

WRITTEN_BY = "written_by"
PROOF_FIELDS = frozenset({"proof_password", "proof_code"})
NOT_CARRIED = frozenset({"csrf_token", WRITTEN_BY, "password", "present", "code", *PROOF_FIELDS})
"""Fields that a page which waits to be sent again does not hold."""

ProofKeeper = Callable[[], ResponseReturnValue | None]
"""Takes the proof that a form brought: None where it fits, else the page that asks for it."""


class ProofNeeded(Refusal):
    """Your sign-in is too long ago for this. Show again that it is you."""

    status = 401


class WrittenBySomeoneElse(Refusal):
    """Someone else wrote this before you signed in. Nothing was kept: they have to send it."""

    status = 409


def sign_in_first(rule: Rule) -> ResponseReturnValue:
    """Answer someone who did not sign in, or whose sign-in ran out."""
    if not rule.for_staff:
        raise SignInNeeded if rule.scopes else NotFound
    return _lead(RENEWAL, SignInNeeded) or _send_again("Your sign-in ran out", RENEWAL)


def prove_first(assertion: StaffAssertion) -> ResponseReturnValue | None:
    """Answer someone who signed in too long ago for this view; None where they may go on."""
    if wall_clock() - assertion.signed_in_at < FRESH_FOR:
        return None
    led = _lead(PROOF, ProofNeeded)
    keeper: ProofKeeper | None = current_app.extensions.get("proof_keeper")
    if led is None and keeper is not None:
        return keeper()
    return led or _send_again("Please show that it is you", PROOF)


def keep_proofs(app: Flask, keeper: ProofKeeper) -> None:
    """Let ``keeper`` take proofs on an app's own pages; intake's does, for it knows passwords."""
    app.extensions["proof_keeper"] = keeper


def check_writer(staff_id: UUID | None) -> None:
    """Raise WrittenBySomeoneElse where what is sent again was typed by another member of staff."""
    if WRITTEN_BY not in request.form:
        return
    try:
        writer = _signer().loads(request.form[WRITTEN_BY])
    except BadSignature:
        raise WrittenBySomeoneElse from None
    if writer != str(staff_id):
        raise WrittenBySomeoneElse


def typed_fields() -> list[tuple[str, str]]:
    """Return what a form held, to be sent again, with a mark of who wrote it."""
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_CARRIED]
    if WRITTEN_BY in request.form:
        return [*typed, (WRITTEN_BY, request.form[WRITTEN_BY])]
    presence = last_presence(_settings())
    return typed if presence is None else [*typed, (WRITTEN_BY, _mark(presence.staff_id))]


def _lead(way: str, refusal: type[Refusal]) -> ResponseReturnValue | None:
    """Lead whoever only wanted to look; None for those who wrote something."""
    if request.path.startswith(("/api/", "/internal/")):
        raise refusal
    if request.headers.get("HX-Request"):
        return "", HTTPStatus.UNAUTHORIZED, {"HX-Refresh": "true"}
    if request.method in ("GET", "HEAD"):
        return redirect(f"{way}?next={quote(_here())}", HTTPStatus.SEE_OTHER)
    return None


def _send_again(title: str, way: str) -> ResponseReturnValue:
    page = render_template("send_again.html", title=title, way=way, typed=typed_fields())
    return page, HTTPStatus.UNAUTHORIZED


def _here() -> str:
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return f"/{_settings().service}{request.path}{query}"


def _mark(staff_id: UUID) -> str:
    marked: str = _signer().dumps(str(staff_id))
    return marked


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(derived_secret(_settings(), "writer"), salt="writer")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
