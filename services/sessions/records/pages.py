"""The clinician's pages: today, a relationship's course, and writing in its log."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.sessions.records import domain, queries, usecases
from services.sessions.records.domain import Kind, Part
from services.sessions.roster import queries as roster
from services.sessions.roster.domain import day_in
from shared.auth.policy import current_actor
from shared.errors import Refusal
from shared.web import now, reading, store, unit_of_work

blueprint = Blueprint("records", __name__)

FIELD_OF = {domain.NotHappenedYet: "happened_on", domain.ReasonMissing: "reason"}
"""Where a refusal belongs on the form; every other one belongs to the first field."""


class DayUnreadable(Refusal):
    """This is not a day. Write it as in 2026-11-03."""


@blueprint.get("/")
def today() -> str:
    """Show the relationships that the clinician treats, and what is new with each."""
    with reading() as work:
        glances = queries.today_of(work, work.actor.id) if work.actor.id else []
        zone = next((roster.zone_of(work, clinic) for clinic in work.clinics), "UTC")
    return render_template("sessions/records/today.html", glances=glances, day=day_in(zone, now()))


@blueprint.get("/relationships/<uuid:relationship_id>")
def relationship(relationship_id: UUID) -> str:
    """Show a relationship's course, week by week."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        weeks = queries.course_of(work, together)
    return render_template(
        "sessions/records/course.html",
        together=together,
        weeks=weeks,
        actor_id=current_actor().id,
        total=sum(week.size for week in weeks),
    )


@blueprint.get("/relationships/<uuid:relationship_id>/entries/new")
def new_entry(relationship_id: UUID) -> str:
    """Show an empty entry, with the same space for each member."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        day = day_in(roster.zone_of(work, together.clinic_id), now())
    typed = {"happened_on": day.isoformat(), "kind": Kind.SESSION, "entry_id": store().new_id()}
    return _form(together, typed, errors={})


@blueprint.post("/relationships/<uuid:relationship_id>/entries/new")
def write(relationship_id: UUID) -> ResponseReturnValue:
    """Keep an entry; what does not fit is shown again with everything that was typed."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
    try:
        with unit_of_work() as work:
            usecases.write_entry(
                work,
                relationship_id=relationship_id,
                kind=_kind(request.form.get("kind", "")),
                happened_on=_day(request.form.get("happened_on", "")),
                parts=_parts(together.present),
                entry_id=_id(request.form.get("entry_id", "")),
                now=now(),
            )
    except Refusal as refusal:
        return _form(together, request.form, errors=_errors(together, refusal)), refusal.status
    flash("The entry is kept.", "good")
    return redirect(url_for(".relationship", relationship_id=relationship_id))


@blueprint.get("/relationships/<uuid:relationship_id>/entries/<uuid:entry_id>/correct")
def correction(relationship_id: UUID, entry_id: UUID) -> str:
    """Show an entry as it is, to be corrected."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        queries.entry_in(work, relationship_id, entry_id)
        version = queries.present_version(work, entry_id)
    typed = {
        f"{part}-{member}": text
        for member, words in version.parts.items()
        for part, text in words.items()
    }
    typed |= {"happened_on": version.happened_on.isoformat(), "seen": str(version.number)}
    return _form(together, typed, errors={}, entry_id=entry_id)


@blueprint.post("/relationships/<uuid:relationship_id>/entries/<uuid:entry_id>/correct")
def correct(relationship_id: UUID, entry_id: UUID) -> ResponseReturnValue:
    """Keep a later version of an entry, and the earlier one behind it."""
    with reading() as work:
        together = roster.treated(work, relationship_id)
        queries.entry_in(work, relationship_id, entry_id)
    try:
        with unit_of_work() as work:
            usecases.correct_entry(
                work,
                entry_id=entry_id,
                seen=request.form.get("seen", 0, type=int),
                happened_on=_day(request.form.get("happened_on", "")),
                parts=_parts(together.members),
                reason=request.form.get("reason", ""),
                now=now(),
            )
    except Refusal as refusal:
        errors = _errors(together, refusal)
        return _form(together, request.form, errors=errors, entry_id=entry_id), refusal.status
    flash("The correction is kept, and the earlier version with it.", "good")
    return redirect(url_for(".relationship", relationship_id=relationship_id))


@blueprint.get("/relationships/<uuid:relationship_id>/entries/<uuid:entry_id>/versions")
def versions(relationship_id: UUID, entry_id: UUID) -> str:
    """Show every version of an entry to its author and to auditors, with reasons and times."""
    with reading() as work:
        queries.entry_in(work, relationship_id, entry_id)
        found = queries.versions_of(work, entry_id)
        together = roster.relationship(work, relationship_id)
        zone = roster.zone_of(work, together.clinic_id)
    return render_template(
        "sessions/records/versions.html", together=together, versions=found, zone=ZoneInfo(zone)
    )


def _form(
    together: roster.Together,
    typed: Mapping[str, Any],
    *,
    errors: Mapping[str, str],
    entry_id: UUID | None = None,
) -> str:
    return render_template(
        "sessions/records/entry_form.html",
        together=together,
        members=_columns(together, typed, correcting=entry_id is not None),
        parts_of_entry=list(Part),
        typed=typed,
        errors=errors,
        entry_id=entry_id,
        longest=domain.LONGEST,
    )


def _columns(
    together: roster.Together, typed: Mapping[str, Any], *, correcting: bool
) -> list[roster.Member]:
    """Return whose columns the form has: those present, or those the entry was about."""
    if not correcting:
        return list(together.present)
    return [one for one in together.members if f"{Part.BEHAVIOUR}-{one.person_id}" in typed]


def _parts(members: Any) -> dict[UUID, dict[str, str]]:
    """Return what was typed for each member that the form had a column for."""
    return {
        one.person_id: {part: request.form.get(f"{part}-{one.person_id}", "") for part in Part}
        for one in members
        if f"{Part.BEHAVIOUR}-{one.person_id}" in request.form
    }


def _errors(together: roster.Together, refusal: Refusal) -> dict[str, str]:
    first = f"{Part.BEHAVIOUR}-{together.members[0].person_id}" if together.members else "kind"
    field = "happened_on" if isinstance(refusal, DayUnreadable) else None
    return {field or FIELD_OF.get(type(refusal), first): str(refusal)}


def _kind(text: str) -> Kind:
    return Kind(text) if text in list(Kind) else Kind.SESSION


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable from None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
