"""The second step of a sign-in: a code from an app on one's phone, or one of ten recovery codes.

The app's codes are those of RFC 6238: six digits, good for 30 seconds. The code before and the one
after are taken too, for clocks that differ a little; none is taken twice.
"""

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from secrets import token_bytes
from uuid import UUID

from pyotp import TOTP
from sqlalchemy import delete

from services.intake.directory import domain, queries
from services.intake.directory.models import RecoveryCode, StaffAccount
from services.intake.directory.usecases.trail import note_set_up
from shared.store import UnitOfWork

Chance = Callable[[int], bytes]
SECRET_BYTES = 20


@dataclass(frozen=True)
class Fitting:
    """What a typed code was: the one of a time step, or a recovery code."""

    step: int | None = None
    recovery: RecoveryCode | None = None


def new_step_secret(chance: Chance = token_bytes) -> str:
    """Return a secret for someone's app, as apps read it (base 32, 160 bits)."""
    return b32encode(chance(SECRET_BYTES)).decode()


def address_of_step(secret: str, *, place: str) -> str:
    """Return the address that an app reads from a picture; ``place`` says there what it is for."""
    return TOTP(secret, name=place, issuer="Attune").provisioning_uri()


def keep_second_step(
    work: UnitOfWork,
    *,
    staff_id: UUID,
    secret: str,
    code: str,
    now: datetime,
    chance: Chance = token_bytes,
) -> list[str]:
    """Take a phone as someone's second step, and return their recovery codes, known this once.

    Any earlier phone and earlier codes are of no use from now on. Raises CodeNotRight unless the
    code shows that the phone has the secret.
    """
    account = queries.account_to_change(work, staff_id)
    step = _step(secret, code, now, after=0)
    if step is None:
        raise domain.CodeNotRight
    work.seal(account, step_secret=secret)
    account.step_used = step
    return renew_recovery_codes(work, staff_id=staff_id, chance=chance)


def renew_recovery_codes(
    work: UnitOfWork, *, staff_id: UUID, chance: Chance = token_bytes
) -> list[str]:
    """Return ten new recovery codes for someone; earlier ones are of no use from now on."""
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [domain.recovery_code(chance(10)) for _ in range(domain.RECOVERY_CODES)]
    for code in codes:
        kept = queries.recovery_hash(work, staff_id, code)
        work.session.add(RecoveryCode(id=work.new_id(), staff_id=staff_id, code=kept))
    note_set_up(work, staff_id, queries.postings_of(work, staff_id), what="recovery_code")
    return codes


def drop_second_step(work: UnitOfWork, account: StaffAccount) -> None:
    """Take someone's second step away, with its recovery codes."""
    work.seal(account, step_secret=None)
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == account.id))


def fitting(work: UnitOfWork, account: StaffAccount, typed: str, now: datetime) -> Fitting | None:
    """Return what a typed code is; None where it is not this account's, or was used before."""
    if account.step_secret is None:
        return None
    secret = str(work.open(account, "step_secret"))
    step = _step(secret, typed, now, after=account.step_used)
    if step is not None:
        return Fitting(step=step)
    recovery = queries.recovery_code(work, account.id, typed)
    return None if recovery is None else Fitting(recovery=recovery)


def spend_code(work: UnitOfWork, account: StaffAccount, typed: str, now: datetime) -> bool:
    """Use a code up, and say whether it was good. The account must be locked."""
    found = fitting(work, account, typed, now)
    if found is None:
        return False
    if found.step is not None:
        account.step_used = found.step
    if found.recovery is not None:
        found.recovery.used_at = now
    return True


def _step(secret: str, typed: str, now: datetime, *, after: int) -> int | None:
    """Return the time step later than ``after`` whose code this is: now's, or one beside it."""
    app, said = TOTP(secret), domain.typed_code(typed).encode()
    present = app.timecode(now)
    near = (present - 1, present, present + 1)
    fits = [step for step in near if compare_digest(app.generate_otp(step).encode(), said)]
    return max((step for step in fits if step > after), default=None)
