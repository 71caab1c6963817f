"""What an auditor needs to ask about one member of staff: their code, and where they looked."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template

from services.intake.directory import queries
from shared.audit.pages import Names, chosen_clinic
from shared.audit.queries import named, short
from shared.auth.policy import current_actor
from shared.keys import HOUSE
from shared.settings import SERVICES
from shared.store import UnitOfWork
from shared.web import reading

blueprint = Blueprint("auditing", __name__)


@blueprint.get("/audit/staff")
def staff() -> str:
    """List the staff with the code that a clinic's trail here has for each."""
    with reading() as work:
        clinic_id = chosen_clinic()
        clinics = {**names_of_clinics(work), HOUSE: NAMES.organization}
        names = names_of_staff(work)
        codes = {name: short(code) for code, name in named(work, clinic_id, names).items()}
    rows = [
        {"id": staff_id, "name": name, "code": codes.get(name, "")}
        for staff_id, name in sorted(names.items(), key=lambda pair: pair[1].casefold())
    ]
    asked_of = ("intake",) if clinic_id == HOUSE else SERVICES
    return render_template(
        "intake/directory/auditing.html",
        rows=rows,
        clinic_id=clinic_id,
        clinics=clinics,
        asked_of=asked_of,
    )


def names_of_staff(work: UnitOfWork) -> Mapping[UUID, str]:
    """Return the names of the staff of the organization that the actor may see."""
    organization_id = current_actor().organization_id
    if organization_id is None:
        return {}
    return {
        account.id: str(work.open(account, "name"))
        for account, _ in queries.staff_of(work, organization_id)
    }


def names_of_clinics(work: UnitOfWork) -> Mapping[UUID, str]:
    """Return what this work's clinics are called."""
    return {clinic.id: clinic.name for clinic in queries.clinics(work)}


NAMES = Names(clinics=names_of_clinics, staff=names_of_staff, organization="No clinic")
