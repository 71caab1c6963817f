"""What the places are called at which someone works: their clinics, and the organization."""

from uuid import UUID

from services.intake.directory import queries
from shared.auth.policy import current_actor
from shared.store import UnitOfWork
from shared.web import store


def place_names(work: UnitOfWork, staff_id: UUID) -> dict[UUID | None, str]:
    """Return the names of an organization's clinics by id, and its own name under None.

    Somebody's roles at other clinics are named too, so this looks beyond the work's own clinics.
    """
    organization_id = queries.account(work, staff_id).organization_id
    names: dict[UUID | None, str] = {None: queries.organization(work, organization_id).name}
    clinics = queries.clinics_of(work, organization_id)
    with store().reading(clinics=clinics, actor=current_actor()) as wider:
        return names | {clinic.id: clinic.name for clinic in queries.clinics(wider)}
