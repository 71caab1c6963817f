"""Staff are registered, and given roles."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from services.intake.directory import domain, queries
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffAccount, StaffRole
from services.intake.directory.usecases.door import close_sessions, seal_password
from services.intake.directory.usecases.second_step import drop_second_step
from services.intake.directory.usecases.trail import note_set_up
from shared.auth.actors import Role
from shared.contracts.intake import StaffChanged
from shared.errors import NotFound
from shared.store import UnitOfWork


def register_staff(
    work: UnitOfWork,
    *,
    organization_id: UUID,
    name: str,
    sign_in: str,
    password: str,
    postings: Collection[Posting],
    now: datetime,
    starting: bool = True,
) -> StaffAccount:
    """Register a member of staff with their roles; a starting password must be changed once.

    The work must be open for the clinics concerned: all of the organization's for a role that is
    held for the whole of it. Raises SignInNameTaken, PasswordTooShort, RoleElsewhere.
    """
    domain.check_name(name)
    domain.check_giving(work.actor.role, work.clinics, postings)
    wanted = domain.sign_in_name(sign_in)
    if queries.account_named(work, wanted) is not None:
        raise domain.SignInNameTaken
    queries.organization(work, organization_id)
    account = StaffAccount(
        id=work.new_id(),
        organization_id=organization_id,
        sign_in_hash=queries.sign_in_hash(work, wanted),
        starting=starting,
        registered_at=now,
        version=0,
    )
    work.seal(account, name=name.strip(), sign_in=wanted)
    seal_password(work, account, password)
    work.add(account)
    _give(work, account, [], postings, now)
    note_set_up(work, account.id, postings, what="staff_account")
    return account


def change_roles(
    work: UnitOfWork, *, staff_id: UUID, postings: Collection[Posting], now: datetime
) -> StaffAccount:
    """Give someone exactly these roles at this work's clinics, and close what they have open.

    No roles means that they no longer work here. Raises RoleElsewhere for a role that is not
    the actor's to give or to take.
    """
    account = _colleague(work, staff_id)
    before = queries.postings_of(work, staff_id)
    domain.check_giving(work.actor.role, work.clinics, set(before) ^ set(postings))
    _give(work, account, before, postings, now)
    close_sessions(work, staff_id=staff_id, now=now)
    note_set_up(work, staff_id, set(before) ^ set(postings), what="staff_role")
    return account


def renew_password(
    work: UnitOfWork, *, staff_id: UUID, password: str, now: datetime
) -> StaffAccount:
    """Give someone a new starting password, and close what they have open."""
    account = _colleague(work, staff_id)
    postings = queries.postings_of(work, staff_id)
    domain.check_giving(work.actor.role, work.clinics, postings)
    seal_password(work, account, password)
    account.starting, account.failures, account.rests_until = True, 0, None
    close_sessions(work, staff_id=staff_id, now=now)
    note_set_up(work, staff_id, postings, what="staff_account")
    return account


def reset_second_step(work: UnitOfWork, *, staff_id: UUID, now: datetime) -> StaffAccount:
    """Take away the second step of someone who lost their phone, and close what they have open."""
    account = _colleague(work, staff_id)
    postings = queries.postings_of(work, staff_id)
    domain.check_giving(work.actor.role, work.clinics, postings)
    drop_second_step(work, account)
    close_sessions(work, staff_id=staff_id, now=now)
    note_set_up(work, staff_id, postings, what="recovery_code")
    return account


def _give(
    work: UnitOfWork,
    account: StaffAccount,
    before: Collection[Posting],
    postings: Collection[Posting],
    now: datetime,
) -> None:
    work.session.execute(delete(StaffRole).where(StaffRole.staff_id == account.id))
    for posting in queries.in_order(set(postings)):
        work.session.add(
            StaffRole(
                id=work.new_id(), staff_id=account.id, role=posting.role, clinic=posting.clinic
            )
        )
    account.version += 1
    concerned = {
        clinic
        for clinic in queries.clinics_of(work, account.organization_id)
        if domain.roles_at(before, clinic) != domain.roles_at(postings, clinic)
    }
    tell_staff(work, account, postings, concerned, now)


def tell_staff(
    work: UnitOfWork,
    account: StaffAccount,
    postings: Collection[Posting],
    clinics: Collection[UUID],
    now: datetime,
) -> None:
    """Tell each of these clinics the roles that someone has there."""
    told = [
        StaffChanged(
            clinic_id=clinic,
            occurred_at=now,
            staff_id=account.id,
            roles=domain.roles_at(postings, clinic),
            version=account.version,
        )
        for clinic in sorted(clinics, key=str)
    ]
    if told:
        work.record(*told)


def _colleague(work: UnitOfWork, staff_id: UUID) -> StaffAccount:
    """Return an account that the actor may look after; raises NotFound for any other."""
    account = queries.account(work, staff_id)
    own = work.actor.organization_id
    if own is not None and account.organization_id != own:
        raise NotFound
    postings = queries.postings_of(work, staff_id)
    here = any(posting.clinic in work.clinics for posting in postings)
    if work.actor.role is Role.CLINIC_ADMIN and not here:
        raise NotFound
    return account
