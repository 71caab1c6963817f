"""Staff sign in, show again that it is them, switch role and sign out."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.intake.directory import domain, queries
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffAccount, StaffSeen, StaffSession
from services.intake.directory.usecases.second_step import fitting, spend_code
from services.intake.directory.usecases.trail import note_set_up, note_visit
from shared.audit.entries import Act
from shared.contracts.intake import SignInEnded
from shared.errors import NotFound
from shared.store import UnitOfWork

PASSWORDS = PasswordHasher()
NO_ONES = PASSWORDS.hash("nobody's password, so that an unknown name takes as long as a known one")


def choose_password(
    work: UnitOfWork,
    *,
    staff_id: UUID,
    present: str,
    password: str,
    now: datetime,
    session_id: UUID | None = None,
) -> StaffAccount:
    """Let someone choose their own password, and close what they have open besides ``session_id``.

    Raises PasswordNotRight, PasswordTooShort, PasswordTooCommon.
    """
    account = queries.account_to_change(work, staff_id)
    if not _fits(work, account, present):
        raise domain.PasswordNotRight
    if compare_digest(present.encode(), password.encode()):
        raise domain.PasswordTooShort("Choose a password that differs from the present one.")
    seal_password(work, account, password)
    account.starting = False
    close_sessions(work, staff_id=staff_id, but={session_id}, now=now)
    note_set_up(work, staff_id, queries.postings_of(work, staff_id), what="staff_account")
    return account


def seal_password(work: UnitOfWork, account: StaffAccount, password: str) -> None:
    """Keep a password. Raises PasswordTooShort, PasswordTooCommon for one that is soon guessed."""
    domain.check_password(password)
    if queries.sign_in_hash(work, domain.plain(password)) == account.sign_in_hash:
        raise domain.PasswordTooCommon("Choose a password that is not your sign-in name.")
    work.seal(account, password=PASSWORDS.hash(password))


def sign_in(
    work: UnitOfWork, *, name: str, password: str, now: datetime, code: str = ""
) -> StaffAccount | None:
    """Return the account that a name, a password and a code open, or None; wrong tries count.

    Whatever is wrong, and also while an account rests, the answer is the same. Commit also where
    it is None, so that the count is kept. A code is used up when its session opens.
    """
    try:
        wanted = domain.sign_in_name(name)
    except domain.SignInNameNeeded:
        wanted = ""
    account = queries.account_named(work, wanted)
    fits = _fits(work, account, password)
    if account is None or _rests(account, now):
        return None
    code_fits = account.step_secret is None or fitting(work, account, code, now) is not None
    return account if _counted(work, account, fits and code_fits, now) else None


def open_session(
    work: UnitOfWork,
    *,
    staff_id: UUID,
    now: datetime,
    code: str = "",
) -> tuple[StaffSession, str]:
    """Open a session in the last role, or the first; return it with the browser's secret.

    Whoever may enter was verified before (``sign_in``); a code that they gave is used up by it.
    Clinician and supervisor are never open at once: opening one closes the other.
    Raises RoleNotThere for someone who holds no role.
    """
    account = queries.account_to_change(work, staff_id)
    if code:
        spend_code(work, account, code, now)
    last = Posting(account.last_role, account.last_clinic) if account.last_role else None
    chosen = domain.first_posting(queries.postings_of(work, staff_id), last)
    note_visit(work, Act.SIGNED_IN, staff_id, chosen.clinic)
    return _open(work, account, chosen, since=now, proved_at=now, now=now)


def prove_again(
    work: UnitOfWork, *, session_id: UUID, password: str, code: str, now: datetime
) -> tuple[StaffSession, str] | None:
    """Let someone show that it is still them, by password or by code; None where it is neither.

    The session goes on under a new secret, which is returned. Wrong tries count as at sign-in;
    commit also where this returns None.
    """
    session = queries.open_session(work, session_id)
    account = queries.account_to_change(work, session.staff_id)
    if _rests(account, now):
        return None
    by_password = bool(password) and _fits(work, account, password)
    proved = by_password or (bool(code) and spend_code(work, account, code, now))
    if not _counted(work, account, proved, now):
        return None
    secret = token_urlsafe(32)
    session.cookie, session.proved_at = sha256(secret.encode()).digest(), now
    note_visit(work, Act.SIGNED_IN, account.id, session.clinic, "again")
    return session, secret


def switch_role(
    work: UnitOfWork, *, session_id: UUID, posting: Posting, now: datetime
) -> tuple[StaffSession, str]:
    """Close a session and open another of the same person in another role they hold.

    Raises RoleNotThere for a role that is not held.
    """
    session = queries.open_session(work, session_id)
    account = queries.account_to_change(work, session.staff_id)
    if posting not in queries.postings_of(work, account.id):
        raise domain.RoleNotThere
    _close(work, session, now)
    for place in {session.clinic, posting.clinic}:
        note_visit(work, Act.SWITCHED_ROLE, account.id, place)
    since, proved_at = session.signed_in_at, session.proved_at
    return _open(work, account, posting, since=since, proved_at=proved_at, now=now)


def note_seen(work: UnitOfWork, *, session_id: UUID, now: datetime) -> None:
    """Keep when a session was renewed."""
    work.session.merge(StaffSeen(session_id=session_id, seen_at=now))


def sign_out(
    work: UnitOfWork, *, session_id: UUID, now: datetime, staff_id: UUID | None = None
) -> None:
    """Close a session, if it is still open; with ``staff_id`` given, only one of theirs."""
    session = work.session.get(StaffSession, session_id)
    if session is None or staff_id not in (None, session.staff_id):
        raise NotFound
    if session.closed_at is None:
        _close(work, session, now)
        note_visit(work, Act.SIGNED_OUT, session.staff_id, session.clinic)


def close_sessions(
    work: UnitOfWork, *, staff_id: UUID, now: datetime, but: Collection[UUID | None] = ()
) -> None:
    """Close all that someone has open, in every browser and on every service."""
    for session in queries.sessions_of(work, staff_id):
        if session.id not in but:
            sign_out(work, session_id=session.id, now=now)


def _open(
    work: UnitOfWork,
    account: StaffAccount,
    posting: Posting,
    *,
    since: datetime,
    proved_at: datetime,
    now: datetime,
) -> tuple[StaffSession, str]:
    for other in queries.sessions_of(work, account.id):
        if domain.conflict(other.role, posting.role):
            sign_out(work, session_id=other.id, now=now)
    account.last_role, account.last_clinic = posting.role, posting.clinic
    secret = token_urlsafe(32)
    session = StaffSession(
        id=work.new_id(),
        staff_id=account.id,
        role=posting.role,
        clinic=posting.clinic,
        cookie=sha256(secret.encode()).digest(),
        signed_in_at=since,
        proved_at=proved_at,
        ends_at=since + domain.SIGNED_IN_FOR,
    )
    return work.add(session), secret


def _close(work: UnitOfWork, session: StaffSession, now: datetime) -> None:
    """Close a session here, and tell the other services not to believe it any longer."""
    session.closed_at = now
    organization = queries.account(work, session.staff_id).organization_id
    work.open_for({*work.clinics, organization})
    work.record(SignInEnded(clinic_id=organization, occurred_at=now, sign_in_id=session.id))


def _rests(account: StaffAccount, now: datetime) -> bool:
    return account.rests_until is not None and now < account.rests_until


def _counted(work: UnitOfWork, account: StaffAccount, fits: bool, now: datetime) -> bool:
    """Count a wrong try, after which the account rests for a while; a right one begins anew."""
    account.failures = 0 if fits else account.failures + 1
    account.rests_until = None if fits else now + domain.pause_after(account.failures)
    if not fits:
        note_visit(work, Act.TURNED_AWAY, account.id, None)
    return fits


def _fits(work: UnitOfWork, account: StaffAccount | None, password: str) -> bool:
    """Say whether this is the account's password; for nobody's account it takes as long."""
    try:
        kept = NO_ONES if account is None else str(work.open(account, "password"))
        return PASSWORDS.verify(kept, password) and account is not None
    except (VerificationError, InvalidHashError):
        return False
