"""By when to ask again; what anyone said, and whose yes ends, stands on their own page alone."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import queries, usecases
from services.intake.consent.pages.shown import blueprint, day
from services.intake.directory.models import Clinic
from services.intake.people import queries as people
from services.intake.people.models import Relationship
from shared.contracts.words import IN_CARE
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work


@blueprint.get("/relationships/<uuid:relationship_id>/consent")
def overview(relationship_id: UUID) -> str:
    """Show each member as a card alone, and by when to ask all of them again; no answer of any."""
    with reading() as work:
        relationship = people.relationship(work, relationship_id)
        if not people.is_treating(work, relationship):
            raise NotFound
        return render_template(
            "intake/consent/overview.html",
            relationship_id=relationship_id,
            members=_members(work, relationship),
            again=_again(work, relationship),
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
    """List the relationships whose members are to be asked again, the soonest first.

    Whose yes ends, and which, stands on each person's own page: here nobody's choice is shown.
    """
    with reading() as work:
        page, count = people.relationships(work, states=IN_CARE)
        found = list(page)
        for number in range(2, -(-count // people.PAGE) + 1):
            found += people.relationships(work, page=number, states=IN_CARE)[0]
        listed = [(_again(work, one), one) for one in found]
        rows = [
            again | {"relationship_id": one.id, "members": _members(work, one)}
            for again, one in listed
            if again is not None
        ]
    rows.sort(key=lambda row: (row["ends_at"] is None, row["ends_at"], str(row["relationship_id"])))
    return render_template("intake/consent/endings.html", rows=rows)


def _members(work: UnitOfWork, relationship: Relationship) -> list[dict[str, Any]]:
    [facts] = people.facts_of(work, [relationship], now=now())
    return [
        {"id": member.person_id, "name": member.details.name}
        for member in facts.members
        if member.active
    ]


def _again(work: UnitOfWork, relationship: Relationship) -> dict[str, Any] | None:
    """Return by when a relationship's members are to be asked again; None where nothing is due."""
    ends = queries.endings(work, relationship, now())
    on_paper = queries.to_renew(work, people.present_in(work, relationship.id))
    if not ends and not any(on_paper.values()):
        return None
    clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
    return {
        "ends_at": ends[0].ends_at if ends else None,
        "until": day(ends[0].ends_at, clinic.zone) if ends else "",
        "soon": any(one.soon for one in ends),
        "on_paper": any(on_paper.values()),
    }
