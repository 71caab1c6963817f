"""Staff sign in, switch role and sign out."""

from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from services.intake.directory import domain, queries
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffAccount, StaffSession
from shared.contracts.intake import SignInEnded
from shared.errors import NotFound
from shared.store import UnitOfWork

PASSWORDS = PasswordHasher()
NO_ONES = PASSWORDS.hash("nobody's password, so that an unknown name takes as long as a known one")


def choose_password(
    work: UnitOfWork, *, staff_id: UUID, present: str, password: str, now: datetime
) -> StaffAccount:
    """Let someone choose their own password. Raises PasswordNotRight, PasswordTooShort."""
    account = queries.account(work, staff_id)
    if not _fits(str(work.open(account, "password")), present):
        raise domain.PasswordNotRight
    if compare_digest(present.encode(), password.encode()):
        raise domain.PasswordTooShort("Choose a password that differs from the present one.")
    domain.check_password(password)
    work.seal(account, password=PASSWORDS.hash(password))
    account.starting = False
    return account


def sign_in(work: UnitOfWork, *, name: str, password: str, now: datetime) -> StaffAccount | None:
    """Return the account that a name and a password open, or None; a wrong try is counted.

    The answer to a wrong name, a wrong password and an account at rest is the same. Commit also
    where it is None, so that the count is kept.
    """
    try:
        wanted = domain.sign_in_name(name)
    except domain.SignInNameNeeded:
        wanted = ""
    account = queries.account_named(work, wanted)
    fits = _fits(NO_ONES if account is None else str(work.open(account, "password")), password)
    if account is None or (account.rests_until and now < account.rests_until):
        return None
    if not fits:
        account.failures += 1
        account.rests_until = now + domain.pause_after(account.failures)
        return None
    account.failures, account.rests_until = 0, None
    return account


def open_session(
    work: UnitOfWork,
    *,
    staff_id: UUID,
    now: datetime,
    posting: Posting | None = None,
    signed_in_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[StaffSession, str]:
    """Open a session in a role (the last one, unless given); return it with the browser's secret.

    Clinician and supervisor are never open at once: opening one closes the other.
    Raises RoleNotThere for a role that is not held.
    """
    account = queries.account(work, staff_id)
    postings = queries.postings_of(work, staff_id)
    last = Posting(account.last_role, account.last_clinic) if account.last_role else None
    chosen = posting or domain.first_posting(postings, last)
    if chosen not in postings:
        raise domain.RoleNotThere
    for other in _open_sessions(work, staff_id):
        if domain.conflict(other.role, chosen.role):
            _close(work, other, now)
    account.last_role, account.last_clinic = chosen.role, chosen.clinic
    secret, since = secret or token_urlsafe(32), signed_in_at or now
    session = StaffSession(
        id=work.new_id(),
        staff_id=staff_id,
        role=chosen.role,
        clinic=chosen.clinic,
        cookie=sha256(secret.encode()).digest(),
        signed_in_at=since,
        ends_at=since + domain.SIGNED_IN_FOR,
    )
    return work.add(session), secret


def switch_role(
    work: UnitOfWork, *, session_id: UUID, posting: Posting, now: datetime
) -> tuple[StaffSession, str]:
    """Close a session and open another of the same person in another role they hold."""
    session = _session(work, session_id)
    _close(work, session, now)
    return open_session(
        work,
        staff_id=session.staff_id,
        posting=posting,
        signed_in_at=session.signed_in_at,
        now=now,
    )


def sign_out(work: UnitOfWork, *, session_id: UUID, now: datetime) -> None:
    """Close a session."""
    session = work.session.get(StaffSession, session_id)
    if session is not None and session.closed_at is None:
        _close(work, session, now)


def close_sessions(work: UnitOfWork, *, staff_id: UUID, now: datetime) -> None:
    """Close all that someone has open, in every browser and on every service."""
    for session in _open_sessions(work, staff_id):
        _close(work, session, now)


def _close(work: UnitOfWork, session: StaffSession, now: datetime) -> None:
    """Close a session here, and tell the other services not to believe it any longer."""
    session.closed_at = now
    organization = queries.account(work, session.staff_id).organization_id
    work.open_for({*work.clinics, organization})
    work.record(SignInEnded(clinic_id=organization, occurred_at=now, sign_in_id=session.id))


def _open_sessions(work: UnitOfWork, staff_id: UUID) -> list[StaffSession]:
    query = select(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.closed_at.is_(None)
    )
    return list(work.session.scalars(query))


def _session(work: UnitOfWork, session_id: UUID) -> StaffSession:
    session = work.session.get(StaffSession, session_id)
    if session is None or session.closed_at is not None:
        raise NotFound
    return session


def _fits(kept: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
