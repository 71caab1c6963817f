"""What a browser of staff keeps: a short assertion for all services, and what renews it here.

The renewing cookie holds a secret and when it was last shown, signed. Sign-ins live by the wall
clock, also where a demonstration moves ours.
"""

from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, Response, make_response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from services.intake.directory import domain, queries, usecases
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffSession
from shared.auth.policy import check_sessions, current_actor, current_assertion
from shared.auth.presence import clear_presence, last_presence, wall_clock
from shared.auth.signing_keys import derived_secret
from shared.auth.staff_cookie import clear_staff_cookie, cookie_name, set_staff_cookie
from shared.auth.tokens import StaffAssertion, issue_staff_assertion
from shared.errors import SignInNeeded
from shared.store import UnitOfWork
from shared.web import reading, settings


def refuse_closed_sessions(app: Flask) -> None:
    """Let intake refuse a session at once when it was closed."""

    def still_open(assertion: StaffAssertion) -> bool:
        with reading(clinics=()) as work:
            return queries.still_open(work, assertion.session_id)

    check_sessions(app, still_open)


def enter(work: UnitOfWork, staff_id: UUID, *, onwards: str, code: str = "") -> Response:
    """Let someone in: the one way by which whoever was verified enters, however that was done.

    In production nobody goes further than to their second step before they have one.
    """
    session, secret = usecases.open_session(work, staff_id=staff_id, code=code, now=wall_clock())
    if lacks_second_step(work, staff_id):
        answer = make_response(redirect(url_for("second_step.first", next=onwards), 303))
        return keep_secret(answer, secret)
    return let_in(make_response(redirect(onwards, 303)), work, session, secret)


def lacks_second_step(work: UnitOfWork, staff_id: UUID) -> bool:
    """Whether someone may see nothing yet, because they have no second step and need one."""
    return settings().production and queries.account(work, staff_id).step_secret is None


def let_in(answer: Response, work: UnitOfWork, session: StaffSession, secret: str) -> Response:
    """Give the browser what it needs to act in this session, for the next ten minutes."""
    set_staff_cookie(settings(), answer, assertion_of(work, session))
    return keep_secret(answer, secret)


def assertion_of(work: UnitOfWork, session: StaffSession) -> str:
    """Return the assertion by which all services know a session."""
    account = queries.account(work, session.staff_id)
    clinics = queries.reach(work, account.organization_id, Posting(session.role, session.clinic))
    return issue_staff_assertion(
        settings(),
        staff_id=account.id,
        role=session.role,
        clinics=clinics,
        organization_id=account.organization_id,
        session_id=session.id,
        signed_in_at=session.proved_at,
        ends_at=session.ends_at,
        now=wall_clock(),
    )


def keep_secret(answer: Response, secret: str) -> Response:
    """Give the browser what renews its session."""
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
    clear_presence(settings(), answer)
    secure = settings().production
    answer.delete_cookie(_name(), secure=secure, httponly=True, samesite="Lax", path="/")
    return answer


def visiting(work: UnitOfWork) -> tuple[StaffSession, str] | None:
    """Return the session that this browser may go on with, and its secret; None for no one."""
    shown = _shown()
    session = queries.session_of(work, shown[0]) if shown else None
    if shown is None or session is None:
        return None
    over = domain.session_ended(session.ends_at, _seen_at(session, shown[1]), wall_clock())
    held = queries.works_as(work, session.staff_id, Posting(session.role, session.clinic))
    return None if over or not held else (session, shown[0])


def own_session(work: UnitOfWork) -> StaffSession:
    """Return the session of whoever asks; raises SignInNeeded."""
    assertion = current_assertion()
    session = None if assertion is None else work.session.get(StaffSession, assertion.session_id)
    if session is None or session.staff_id != current_actor().id:
        raise SignInNeeded
    return session


def _seen_at(session: StaffSession, renewed_at: datetime) -> datetime:
    presence = last_presence(settings())
    if presence is None or presence.sign_in_id != session.id:
        return renewed_at
    return max(renewed_at, presence.at)


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
