"""Relationships for programs: JSON under /api/relationships."""

from typing import Any
from uuid import UUID

from flask import current_app
from flask_smorest import Blueprint

from services.intake.people import queries, usecases
from services.intake.people.domain import NewMember
from services.intake.people.queries import RelationshipFacts
from services.intake.people.schemas import (
    NewMemberSchema,
    NewRelationshipSchema,
    PageQuerySchema,
    PageSchema,
    RelationshipSchema,
)
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("relationships", __name__, url_prefix="/api/relationships")


@blueprint.get("/")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, PageSchema)
def listing(query: dict[str, Any]) -> dict[str, Any]:
    """List the relationships that the caller may see."""
    with reading() as work:
        found, count = queries.relationships(work, page=query["page"])
        return {"count": count, "items": queries.facts_of(work, found, now=now())}


@blueprint.post("/")
@blueprint.arguments(NewRelationshipSchema)
@blueprint.response(201, RelationshipSchema)
def create(body: dict[str, Any]) -> RelationshipFacts:
    """Open a relationship with two or more members."""
    with unit_of_work(clinics={body["clinic_id"]}) as work:
        opened = usecases.open_relationship(work, **body, and_then=_at_joining(), now=now())
        return _facts(work, opened.id)


@blueprint.get("/<uuid:relationship_id>")
@blueprint.response(200, RelationshipSchema)
@blueprint.alt_response(404, description="there is none, or it is not the caller's to see")
def one(relationship_id: UUID) -> RelationshipFacts:
    """Show one relationship."""
    with reading() as work:
        return _facts(work, relationship_id)


@blueprint.post("/<uuid:relationship_id>/members")
@blueprint.arguments(NewMemberSchema)
@blueprint.response(201, RelationshipSchema)
@blueprint.alt_response(404, description="there is none, or it is not the caller's to see")
def add_member(member: NewMember, relationship_id: UUID) -> RelationshipFacts:
    """Let one more person join a relationship."""
    with unit_of_work() as work:
        usecases.add_member(
            work,
            relationship_id=relationship_id,
            member=member,
            and_then=_at_joining(),
            now=now(),
        )
        return _facts(work, relationship_id)


def _at_joining() -> usecases.AtJoining:
    act: usecases.AtJoining = current_app.extensions["at_joining"]
    return act


def _facts(work: UnitOfWork, relationship_id: UUID) -> RelationshipFacts:
    found = queries.relationship(work, relationship_id)
    [facts] = queries.facts_of(work, [found], now=now())
    return facts
