"""What a browser of staff keeps: a short assertion for all services, and what renews it here.

The renewing cookie holds a secret and when it was last shown, signed; so renewing changes no row.
Sign-ins live by the wall clock, also where a demonstration moves ours.
"""

from datetime import UTC, datetime

from flask import Flask, Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from services.intake.directory import domain, queries
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffSession
from shared.auth.policy import check_sessions
from shared.auth.signing_keys import derived_secret
from shared.auth.staff_cookie import clear_staff_cookie, cookie_name, set_staff_cookie
from shared.auth.tokens import STAFF_LIFETIME, StaffAssertion, issue_staff_assertion
from shared.clock import Clock
from shared.store import UnitOfWork
from shared.web import reading, settings


def wall_clock() -> datetime:
    """Return the present moment, not moved by demonstrations."""
    clock: Clock = current_app.extensions.get("wall_clock") or Clock()
    return clock.now()


def refuse_closed_sessions(app: Flask) -> None:
    """Let intake refuse a session at once when it was closed."""

    def still_open(assertion: StaffAssertion) -> bool:
        with reading(clinics=()) as work:
            return queries.still_open(work, assertion.session_id)

    check_sessions(app, still_open)


def let_in(answer: Response, work: UnitOfWork, session: StaffSession, secret: str) -> Response:
    """Give the browser what it needs to act in this session, for the next ten minutes."""
    account = queries.account(work, session.staff_id)
    clinics = queries.reach(work, account.organization_id, Posting(session.role, session.clinic))
    token = issue_staff_assertion(
        settings(),
        staff_id=account.id,
        role=session.role,
        clinics=clinics,
        organization_id=account.organization_id,
        session_id=session.id,
        signed_in_at=session.signed_in_at,
        now=wall_clock(),
    )
    set_staff_cookie(settings(), answer, token)
    answer.set_cookie(
        _name(),
        _signer().dumps([secret, wall_clock().timestamp()]),
        secure=settings().production,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def let_out(answer: Response) -> Response:
    """Make the browser forget who was signed in."""
    clear_staff_cookie(settings(), answer)
    answer.delete_cookie(_name(), secure=settings().production, httponly=True, path="/")
    return answer


def visiting(work: UnitOfWork) -> tuple[StaffSession, str] | None:
    """Return the session that this browser may go on with, and its secret; None for no one."""
    shown = _shown()
    session = queries.session_of(work, shown[0]) if shown else None
    if shown is None or session is None:
        return None
    over = domain.session_ended(session.ends_at, shown[1], wall_clock(), lasts=STAFF_LIFETIME)
    held = queries.works_as(work, session.staff_id, Posting(session.role, session.clinic))
    return None if over or not held else (session, shown[0])


def _shown() -> tuple[str, datetime] | None:
    try:
        secret, seen_at = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return None
    return str(secret), datetime.fromtimestamp(float(seen_at), UTC)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(derived_secret(settings(), "staff sessions"), salt="staff session")


def _name() -> str:
    return cookie_name(settings(), "attune-session")
