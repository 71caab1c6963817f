"""When a member of staff last used a page, as their browser carries it from service to service.

Each service marks its answers with the moment, and intake reads the mark before it renews a
sign-in. So a sign-in that was left alone is not renewed, whichever service it was last used at, and
no row is written for it. Like sign-ins, marks go by the wall clock.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from shared.auth.signing_keys import derived_secret
from shared.auth.staff_cookie import cookie_name
from shared.auth.tokens import StaffAssertion
from shared.clock import Clock
from shared.settings import Settings


class Presence(NamedTuple):
    """Who used a page last in this browser, by which sign-in, and when."""

    staff_id: UUID
    sign_in_id: UUID
    at: datetime


def wall_clock() -> datetime:
    """Return the present moment, not moved by demonstrations: sign-ins begin and end by it."""
    clock: Clock = current_app.extensions.get("wall_clock") or Clock()
    return clock.now()


def mark_presence(settings: Settings, response: Response, assertion: StaffAssertion) -> None:
    """Let the browser carry that someone is there now, unless this answer lets them out."""
    if _given(response, _name(settings)):
        return
    ids = str(assertion.staff_id), str(assertion.session_id)
    response.set_cookie(
        _name(settings),
        _signer(settings).dumps([*ids, wall_clock().timestamp()]),
        secure=settings.production,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_presence(settings: Settings, response: Response) -> None:
    """Make the browser forget who was there."""
    secure = settings.production
    response.delete_cookie(_name(settings), secure=secure, httponly=True, samesite="Lax", path="/")


def last_presence(settings: Settings) -> Presence | None:
    """Return who was there last; None where the browser carries no mark of ours."""
    try:
        marked = _signer(settings).loads(request.cookies.get(_name(settings), ""))
        staff_id, sign_in_id, at = marked
        return Presence(UUID(staff_id), UUID(sign_in_id), datetime.fromtimestamp(at, UTC))
    except (BadSignature, ValueError, TypeError):
        return None


def _given(response: Response, name: str) -> bool:
    return any(cookie.startswith(f"{name}=") for cookie in response.headers.getlist("Set-Cookie"))


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(derived_secret(settings, "staff presence"), salt="staff presence")


def _name(settings: Settings) -> str:
    return cookie_name(settings, "attune-seen")
