"""What the directory answers: which clinics, which staff, who is signed in as what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import digest
from uuid import UUID

from sqlalchemy import select

from services.intake.directory import domain
from services.intake.directory.domain import Posting
from services.intake.directory.models import (
    Clinic,
    DirectoryKey,
    Organization,
    OrganizationClinic,
    RecoveryCode,
    StaffAccount,
    StaffRole,
    StaffSeen,
    StaffSession,
)
from shared.auth.actors import Role
from shared.auth.tokens import STAFF_LIFETIME
from shared.consent.languages import languages
from shared.errors import NotFound
from shared.store import UnitOfWork

RENEWED_WITHIN = STAFF_LIFETIME + domain.IDLE_FOR
"""A sign-in that is in use was renewed at most so long ago."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing on the way to a clinic's first check-in; without what is not ``needed`` it works.

    ``more`` is a word about it: the clinic's own, or which languages are meant.
    """

    code: str
    there: bool
    needed: bool = True
    more: str = ""


def organization(work: UnitOfWork, organization_id: UUID | None) -> Organization:
    """Return an organization; raises NotFound."""
    found = work.session.get(Organization, organization_id)
    if found is None:
        raise NotFound
    return found


def clinics_of(work: UnitOfWork, organization_id: UUID) -> frozenset[UUID]:
    """Return the ids of an organization's clinics."""
    query = select(OrganizationClinic.clinic).where(
        OrganizationClinic.organization_id == organization_id
    )
    return frozenset(work.session.scalars(query))


def clinics(work: UnitOfWork) -> Sequence[Clinic]:
    """Return this work's clinics by name."""
    return work.session.scalars(select(Clinic).order_by(Clinic.name, Clinic.id)).all()


def account(work: UnitOfWork, staff_id: UUID | None) -> StaffAccount:
    """Return an account; raises NotFound."""
    found = work.session.get(StaffAccount, staff_id)
    if found is None:
        raise NotFound
    return found


def account_named(work: UnitOfWork, sign_in: str) -> StaffAccount | None:
    """Return the account of a sign-in name, locked against a second try at the same time."""
    query = select(StaffAccount).where(StaffAccount.sign_in_hash == sign_in_hash(work, sign_in))
    return work.session.scalar(query.with_for_update())


def account_to_change(work: UnitOfWork, staff_id: UUID) -> StaffAccount:
    """Return an account, locked against a second try at the same time; raises NotFound."""
    query = select(StaffAccount).where(StaffAccount.id == staff_id).with_for_update()
    found = work.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def sign_in_hash(work: UnitOfWork, sign_in: str) -> bytes:
    """Return the keyed hash under which a sign-in name is found; nothing is found with no key."""
    return digest(_pepper(work), sign_in.encode(), "sha256")


def recovery_hash(work: UnitOfWork, staff_id: UUID, code: str) -> bytes:
    """Return the keyed hash under which someone's recovery code is found."""
    said = b"recovery" + staff_id.bytes + domain.typed_code(code).encode()
    return digest(_pepper(work), said, "sha256")


def recovery_code(work: UnitOfWork, staff_id: UUID, code: str) -> RecoveryCode | None:
    """Return someone's recovery code as they typed it, unless it was used."""
    wanted = recovery_hash(work, staff_id, code)
    unused = select(RecoveryCode).where(RecoveryCode.code == wanted, RecoveryCode.used_at.is_(None))
    return work.session.scalar(unused)


def recovery_codes_left(work: UnitOfWork, staff_id: UUID) -> int:
    """Return how many recovery codes someone has not used yet."""
    unused = select(RecoveryCode).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    return len(work.session.scalars(unused).all())


def _pepper(work: UnitOfWork) -> bytes:
    key = work.session.scalar(select(DirectoryKey))
    return b"" if key is None else str(work.open(key, "pepper")).encode()


def postings_of(work: UnitOfWork, staff_id: UUID) -> list[Posting]:
    """Return the roles that someone holds, in a fixed order."""
    rows = work.session.scalars(select(StaffRole).where(StaffRole.staff_id == staff_id))
    return in_order(Posting(row.role, row.clinic) for row in rows)


def in_order(postings: Iterable[Posting]) -> list[Posting]:
    """Return roles in the order in which they are shown."""
    every = (*domain.CLINIC_ROLES, *domain.HOUSE_ROLES)
    return sorted(postings, key=lambda one: (every.index(one.role), str(one.clinic)))


def staff_of(work: UnitOfWork, organization_id: UUID) -> list[tuple[StaffAccount, list[Posting]]]:
    """Return the accounts of an organization that this work's actor may see, with their roles.

    An organization's admin or auditor sees all; others see those who work at their clinics.
    """
    accounts = work.session.scalars(
        select(StaffAccount)
        .where(StaffAccount.organization_id == organization_id)
        .order_by(StaffAccount.id)
    ).all()
    held: dict[UUID, list[Posting]] = {one.id: [] for one in accounts}
    for row in work.session.scalars(select(StaffRole).where(StaffRole.staff_id.in_(held))):
        held[row.staff_id].append(Posting(row.role, row.clinic))
    everyone = work.actor.role in (Role.ORGANIZATION_ADMIN, Role.AUDITOR, None)
    return [
        (one, in_order(held[one.id]))
        for one in accounts
        if everyone or any(posting.clinic in work.clinics for posting in held[one.id])
    ]


def clinicians_at(work: UnitOfWork, clinic_id: UUID) -> list[tuple[UUID, str]]:
    """Return (id, name) of those who see people at a clinic."""
    query = (
        select(StaffAccount)
        .join(StaffRole, StaffRole.staff_id == StaffAccount.id)
        .where(StaffRole.clinic == clinic_id, StaffRole.role == Role.CLINICIAN)
    )
    named = [(one.id, str(work.open(one, "name"))) for one in work.session.scalars(query)]
    return sorted(named, key=lambda pair: pair[1].casefold())


def on_duty_at(work: UnitOfWork, clinic_id: UUID) -> frozenset[UUID]:
    """Return those who answer what cannot wait at a clinic."""
    query = select(StaffRole.staff_id).where(
        StaffRole.clinic == clinic_id, StaffRole.role == Role.DUTY
    )
    return frozenset(work.session.scalars(query))


def works_as(work: UnitOfWork, staff_id: UUID, posting: Posting) -> bool:
    """Say whether someone holds a role."""
    return posting in postings_of(work, staff_id)


def name_of_staff(work: UnitOfWork, staff_id: UUID | None) -> str:
    """Return the name of a member of staff, or words for nobody."""
    found = work.session.get(StaffAccount, staff_id) if staff_id else None
    return "Nobody" if found is None else str(work.open(found, "name"))


def session_of(work: UnitOfWork, secret: str) -> StaffSession | None:
    """Return the session of a browser's secret, unless it was closed."""
    cookie = sha256(secret.encode()).digest()
    found = work.session.scalar(select(StaffSession).where(StaffSession.cookie == cookie))
    return None if found is None or found.closed_at else found


def open_session(work: UnitOfWork, session_id: UUID) -> StaffSession:
    """Return a session that was not closed; raises NotFound."""
    session = work.session.get(StaffSession, session_id)
    if session is None or session.closed_at is not None:
        raise NotFound
    return session


def sessions_of(work: UnitOfWork, staff_id: UUID) -> list[StaffSession]:
    """Return the sessions of someone that were not closed, the newest first."""
    query = (
        select(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.closed_at.is_(None))
        .order_by(StaffSession.signed_in_at.desc(), StaffSession.id)
    )
    return list(work.session.scalars(query))


def signed_in(
    work: UnitOfWork, staff_id: UUID, now: datetime
) -> list[tuple[StaffSession, datetime]]:
    """Return the sessions that someone could go on with, each with when it was seen last."""
    pairs = [(one, seen_at(work, one)) for one in sessions_of(work, staff_id)]
    return [(one, seen) for one, seen in pairs if now < one.ends_at and now - seen < RENEWED_WITHIN]


def seen_at(work: UnitOfWork, session: StaffSession) -> datetime:
    """Return when a session was renewed last."""
    seen = work.session.get(StaffSeen, session.id)
    return session.signed_in_at if seen is None else seen.seen_at


def still_open(work: UnitOfWork, session_id: UUID) -> bool:
    """Say whether a session was not closed; one that is not known here was not closed here."""
    found = work.session.get(StaffSession, session_id)
    return found is None or found.closed_at is None


def reach(work: UnitOfWork, organization_id: UUID, posting: Posting) -> frozenset[UUID]:
    """Return the clinics that someone acts for in a role."""
    if posting.clinic is None:
        return clinics_of(work, organization_id)
    return frozenset({posting.clinic})


def go_live(work: UnitOfWork, clinic: Clinic) -> list[Step]:
    """Return what a clinic needs before its first check-in, and how each of it stands.

    Nobody on duty is a way to work, and texts that wait for a native reader are used.
    """
    roles = {
        row.role
        for row in work.session.scalars(select(StaffRole).where(StaffRole.clinic == clinic.id))
    }
    in_order = sorted(languages().values(), key=lambda one: (one.direction, one.tag))
    unread = [one.name for one in in_order if not one.reviewed_by]
    return [
        Step(code="clinician", there=Role.CLINICIAN in roles),
        Step(code="admin", there=Role.CLINIC_ADMIN in roles),
        Step(code="policy", there=bool(clinic.policy)),
        Step(code="texts", there=not unread, needed=False, more=" and ".join(unread)),
        Step(code="duty", there=Role.DUTY in roles, needed=False),
        Step(code="help", there=bool(clinic.help.strip())),
        Step(code="words", there=bool(clinic.sender.strip()), more=clinic.sender),
    ]
