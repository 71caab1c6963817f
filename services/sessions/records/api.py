"""The progress log for programs: JSON under /api/relationships/<id>/entries."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from services.sessions.records import queries, usecases
from services.sessions.records.schemas import (
    EntrySchema,
    LogSchema,
    NewEntrySchema,
    NewVersionSchema,
)
from services.sessions.roster import queries as roster
from shared.web import now, reading, unit_of_work

blueprint = Blueprint(
    "log", __name__, url_prefix="/api", description="The progress log of a relationship"
)


@blueprint.get("/relationships/<uuid:relationship_id>/entries")
@blueprint.response(200, LogSchema)
@blueprint.alt_response(404, description="There is no such relationship, or it is not yours.")
def entries(relationship_id: UUID) -> dict[str, Any]:
    """List what each entry of a relationship says now."""
    with reading() as work:
        roster.treated(work, relationship_id)
        found = [_shown(version) for version in queries.log_of(work, relationship_id)]
    return {"total": len(found), "entries": found}


@blueprint.post("/relationships/<uuid:relationship_id>/entries")
@blueprint.arguments(NewEntrySchema)
@blueprint.response(201, EntrySchema)
@blueprint.alt_response(404, description="There is no such relationship, or it is not yours.")
def write(body: dict[str, Any], relationship_id: UUID) -> dict[str, Any]:
    """Add an entry to a relationship's log."""
    with unit_of_work() as work:
        written = usecases.write_entry(
            work,
            relationship_id=relationship_id,
            kind=body["kind"],
            happened_on=body["happened_on"],
            parts=_parts(body["members"]),
            now=now(),
        )
        return _shown(queries.present_version(work, written.id))


@blueprint.post("/entries/<uuid:entry_id>/versions")
@blueprint.arguments(NewVersionSchema)
@blueprint.response(201, EntrySchema)
@blueprint.alt_response(404, description="There is no such entry, or it is not yours.")
@blueprint.alt_response(409, description="Someone corrected this entry meanwhile.")
def correct(body: dict[str, Any], entry_id: UUID) -> dict[str, Any]:
    """Correct an entry; the earlier version stays."""
    with unit_of_work() as work:
        usecases.correct_entry(
            work,
            entry_id=entry_id,
            seen=body["seen"],
            happened_on=body["happened_on"],
            parts=_parts(body["members"]),
            reason=body["reason"],
            now=now(),
        )
        return _shown(queries.present_version(work, entry_id))


def _parts(members: list[dict[str, Any]]) -> dict[UUID, dict[str, str]]:
    return {
        member["person_id"]: {name: text for name, text in member.items() if name != "person_id"}
        for member in members
    }


def _shown(version: queries.Version) -> dict[str, Any]:
    members = [{"person_id": member, **words} for member, words in version.parts.items()]
    return {
        "entry_id": version.entry_id,
        "kind": version.kind,
        "number": version.number,
        "happened_on": version.happened_on,
        "written_at": version.written_at,
        "members": members,
    }
