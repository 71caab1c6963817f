"""Organizations begin, and clinics join them or change."""

from collections.abc import Callable
from datetime import datetime
from secrets import token_bytes
from uuid import UUID

from sqlalchemy import select

from services.intake.directory import domain, queries
from services.intake.directory.domain import ClinicDetails
from services.intake.directory.models import Clinic, DirectoryKey, Organization, OrganizationClinic
from services.intake.directory.usecases.staff import tell_staff
from shared.audit.entries import Act
from shared.consent.purposes import POLICIES
from shared.contracts.intake import ClinicRegistered
from shared.store import UnitOfWork

Chance = Callable[[int], bytes]


def found_organization(
    work: UnitOfWork, *, name: str, now: datetime, chance: Chance = token_bytes
) -> Organization:
    """Begin an organization, which has neither clinics nor staff yet."""
    domain.check_name(name)
    if work.session.scalar(select(DirectoryKey)) is None:
        key = DirectoryKey(id=work.new_id())
        work.seal(key, pepper=chance(32).hex())
        work.add(key)
    return work.add(Organization(id=work.new_id(), name=name.strip(), founded_at=now))


def register_clinic(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    organization_id: UUID,
    details: ClinicDetails,
    now: datetime,
    chance: Chance = token_bytes,
) -> Clinic:
    """Add a clinic to an organization; whoever works for all its clinics works here too.

    The work must be open for ``clinic_id``, a new id.
    """
    queries.organization(work, organization_id)
    work.add(OrganizationClinic(clinic=clinic_id, organization_id=organization_id))
    clinic = Clinic(
        clinic_id=clinic_id,
        id=clinic_id,
        organization_id=organization_id,
        registered_at=now,
        version=0,
    )
    work.seal(clinic, pepper=chance(32).hex())
    _describe(work, clinic, details, now)
    for account, postings in queries.staff_of(work, organization_id):
        if domain.roles_at(postings, clinic_id):
            tell_staff(work, account, postings, {clinic_id}, now)
    return clinic


def change_clinic(
    work: UnitOfWork, *, clinic_id: UUID, details: ClinicDetails, now: datetime
) -> Clinic:
    """Change what is kept about a clinic."""
    clinic = work.get(Clinic, clinic_id, clinic_id)
    _describe(work, clinic, details, now)
    return clinic


def choose_policy(work: UnitOfWork, *, clinic_id: UUID, policy: str, now: datetime) -> Clinic:
    """Choose by which policy on what is said alone a clinic works. Raises PolicyUnknown.

    Nobody has taken note of it yet, so nobody is asked anything alone until they have.
    """
    if policy not in POLICIES:
        raise domain.PolicyUnknown
    clinic = work.get(Clinic, clinic_id, clinic_id)
    if clinic.policy != policy:
        clinic.policy = policy
        _tell(work, clinic, now)
    return clinic


def _describe(work: UnitOfWork, clinic: Clinic, details: ClinicDetails, now: datetime) -> None:
    clinic.name, clinic.zone = details.name.strip(), details.zone
    clinic.sender, clinic.help = details.sender.strip(), details.help.strip()
    clinic.card_days, clinic.adult_age = details.card_days, details.adult_age
    _tell(work, clinic, now)


def _tell(work: UnitOfWork, clinic: Clinic, now: datetime) -> None:
    clinic.version += 1
    work.add(clinic)
    work.note(Act.SET_UP, clinic_id=clinic.id, kind="clinic", what="clinic")
    work.record(
        ClinicRegistered(
            clinic_id=clinic.id,
            occurred_at=now,
            organization_id=clinic.organization_id,
            version=clinic.version,
        )
    )
