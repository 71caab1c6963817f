"""What ends soon; what anyone said stands on their own page alone."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import queries, usecases
from services.intake.consent.pages.shown import blueprint, day
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.consent.purposes import kind_of
from shared.contracts.words import IN_CARE
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work


@blueprint.get("/relationships/<uuid:relationship_id>/consent")
def overview(relationship_id: UUID) -> str:
    """Show each member as a card alone, with what to ask them again soon, and no answer of any."""
    with reading() as work:
        relationship = people.relationship(work, relationship_id)
        if not people.is_treating(work, relationship):
            raise NotFound
        return render_template(
            "intake/consent/overview.html",
            relationship_id=relationship_id,
            members=_members(work, relationship),
        )


@blueprint.post("/relationships/<uuid:relationship_id>/apart")
def separate(relationship_id: UUID) -> ResponseReturnValue:
    """Let each member's care go on by itself."""
    with unit_of_work() as work:
        usecases.separate(work, relationship_id=relationship_id, now=now())
    flash("Each goes on alone. Ask each person anew, alone, what they permit.", "good")
    return redirect(url_for("people.one", relationship_id=relationship_id), 303)


@blueprint.get("/consent/endings")
def endings() -> str:
    """List what ends soon among all whom the acting clinician treats, the soonest first."""
    with reading() as work:
        page, count = people.relationships(work, states=IN_CARE)
        found = list(page)
        for number in range(2, -(-count // people.PAGE) + 1):
            found += people.relationships(work, page=number, states=IN_CARE)[0]
        ends = [(one, ending) for one in found for ending in queries.endings(work, one, now())]
        ends.sort(key=lambda pair: pair[1].ends_at)
        rows = [_row(work, relationship, ending) for relationship, ending in ends]
        papers = [row for relationship in found for row in _papers(work, relationship)]
    return render_template("intake/consent/endings.html", rows=rows, papers=papers)


def _members(work: UnitOfWork, relationship: Relationship) -> list[dict[str, Any]]:
    [facts] = people.facts_of(work, [relationship], now=now())
    ends, papers = queries.endings(work, relationship, now()), _papers(work, relationship)
    return [
        {
            "id": member.person_id,
            "name": member.details.name,
            "papers": [one["what"] for one in papers if one["person_id"] == member.person_id],
            "ends": [
                _row(work, relationship, one) for one in ends if one.person_id == member.person_id
            ],
        }
        for member in facts.members
        if member.active
    ]


def _papers(work: UnitOfWork, relationship: Relationship) -> list[dict[str, Any]]:
    """Return who of a relationship's members is to be asked anew about what, as on paper once."""
    present = people.present_in(work, relationship.id)
    return [
        {
            "relationship_id": relationship.id,
            "person_id": person_id,
            "name": people.details_of(
                work, work.get(Person, relationship.clinic_id, person_id)
            ).name,
            "what": kind_of(purpose).says,
        }
        for person_id, purposes in queries.to_renew(work, present).items()
        for purpose in purposes
    ]


def _row(work: UnitOfWork, relationship: Relationship, ending: queries.Ending) -> dict[str, Any]:
    person = work.get(Person, relationship.clinic_id, ending.person_id)
    return {
        "relationship_id": relationship.id,
        "person_id": ending.person_id,
        "name": people.details_of(work, person).name,
        "what": kind_of(ending.purpose).says,
        "until": day(ending.ends_at, person.zone),
        "soon": ending.soon,
    }
