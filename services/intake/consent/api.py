"""One person's consent for programs: JSON under /api, for the clinician who treats them."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from services.intake.consent import queries
from services.intake.consent.schemas import (
    ConsentReceiptsSchema,
    ConsentRecordsSchema,
    FhirConsentSchema,
)
from services.intake.people import queries as people
from shared.audit.entries import Act
from shared.consent.exchange import fhir, iso27560, kantara
from shared.consent.exchange.record import Controller, Record, records_of
from shared.consent.ledger import check_whole
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import now, reading

blueprint = Blueprint(
    "consents",
    __name__,
    url_prefix="/api/relationships/<uuid:relationship_id>/members/<uuid:person_id>/consent",
    description="What one person permits, with its evidence",
)
CHANGED = "what is kept was changed from outside and proves nothing"
NOT_YOURS = "there is none, or it is not the caller's to see"


@blueprint.get("")
@blueprint.response(200, ConsentRecordsSchema)
@blueprint.alt_response(404, description=NOT_YOURS)
@blueprint.alt_response(409, description=CHANGED)
def records(relationship_id: UUID, person_id: UUID) -> dict[str, Any]:
    """Return one person's consent records, each with all that was ever said about it."""
    with reading() as work:
        found, controller = _records(work, relationship_id, person_id)
        return {"records": [iso27560.consent_record(one, controller) for one in found]}


@blueprint.get("/receipts")
@blueprint.response(200, ConsentReceiptsSchema)
@blueprint.alt_response(404, description=NOT_YOURS)
@blueprint.alt_response(409, description=CHANGED)
def receipts(relationship_id: UUID, person_id: UUID) -> dict[str, Any]:
    """Return a receipt of each yes of one person."""
    with reading() as work:
        found, controller = _records(work, relationship_id, person_id)
        given = [one for record in found for one in kantara.receipts(record, controller)]
        return {"receipts": given}


@blueprint.get("/fhir")
@blueprint.response(200, FhirConsentSchema)
@blueprint.alt_response(404, description=NOT_YOURS)
@blueprint.alt_response(409, description=CHANGED)
def resource(relationship_id: UUID, person_id: UUID) -> dict[str, Any]:
    """Return one person's consent as FHIR R4; nothing where they were never asked."""
    with reading() as work:
        found, controller = _records(work, relationship_id, person_id)
        return {"consent": fhir.consent_resource(found, controller) if found else None}


def _records(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[list[Record], Controller]:
    relationship, person = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotFound
    queries.note_look(work, Act.EXPORTED, person)
    rows = queries.revisions(work, relationship.clinic_id, person.id)
    check_whole(rows)
    clinic, organization = queries.controller_of(work, relationship.clinic_id)
    controller = Controller(id=relationship.clinic_id, name=organization, clinic=clinic)
    return records_of(rows, queries.decisions_on(rows, now()).items()), controller
