"""What the other services may read of the directory: what a clinic is called and how it speaks."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from services.intake.directory import queries
from services.intake.directory.models import Clinic
from shared.events.content import Content, Provider, Reference
from shared.store import UnitOfWork


def provide_clinics(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Give the details of clinics; one that is not known is left out."""
    wanted = {reference.subject_id for reference in references}
    found = {
        one.id: one for one in work.session.scalars(select(Clinic).where(Clinic.id.in_(wanted)))
    }
    return {
        reference: _content(work, found[reference.subject_id])
        for reference in references
        if reference.subject_id in found
    }


def _content(work: UnitOfWork, clinic: Clinic) -> Content:
    return {
        "name": clinic.name,
        "zone": clinic.zone,
        "organization_id": str(clinic.organization_id),
        "organization_name": queries.organization(work, clinic.organization_id).name,
        "sender": clinic.sender,
        "help": clinic.help,
        "card_days": clinic.card_days,
        "policy": clinic.policy,
    }


PROVIDERS = (
    Provider(
        kind="intake.clinic",
        audience=frozenset({"sessions", "reminders", "reports"}),
        provide=provide_clinics,
    ),
)
