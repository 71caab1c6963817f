"""Handing over: a person's copy, on screen or as files, and the receipt of an erasure to print.

Neither is kept or sent. What leaves is in the audit trail before it does.
"""

import json
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory.models import Clinic
from services.intake.rights import domain, queries, usecases
from services.intake.rights.domain import Kind, State
from services.intake.rights.gateways import Shares
from services.intake.rights.pages.shown import (
    PLACE,
    blueprint,
    for_them,
)
from services.intake.rights.queries.copies import Copy, copy_of
from shared.audit.entries import Act
from shared.auth.policy import current_actor
from shared.web import now, reading, unit_of_work


@blueprint.post(f"{PLACE}/<uuid:request_id>/copy")
def hand_over(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Show a person's copy to read and print, or give it as files."""
    copy = _copy(relationship_id, person_id, request_id)
    if request.form.get("as") == "files":
        return _files(copy)
    return render_template(
        "intake/rights/copy.html",
        relationship_id=relationship_id,
        person_id=person_id,
        request_id=request_id,
        **for_them(copy.content["person"]["language"], copy.content["person"]["zone"]),
        content=copy.content,
    )


@blueprint.post(f"{PLACE}/<uuid:request_id>/handed-over")
def handed_over(relationship_id: UUID, person_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Keep that the person has their copy."""
    with unit_of_work() as work:
        usecases.close_copy(
            work,
            relationship_id=relationship_id,
            person_id=person_id,
            request_id=request_id,
            now=now(),
        )
    flash("They have their copy. Delete the files from this device.", "good")
    here: dict[str, Any] = {"relationship_id": relationship_id, "person_id": person_id}
    return redirect(url_for(".one", request_id=request_id, **here), 303)


@blueprint.post(f"{PLACE}/<uuid:request_id>/receipt")
def receipt(relationship_id: UUID, person_id: UUID, request_id: UUID) -> str:
    """Show what was stopped, removed and destroyed, to be printed for the person."""
    with reading() as work:
        relationship, person = queries.treated(work, relationship_id, person_id)
        row = queries.request_of(work, relationship, person.id, request_id, kind=Kind.ERASURE)
        clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
        return render_template(
            "intake/rights/receipt.html",
            relationship_id=relationship_id,
            person_id=person_id,
            request_id=request_id,
            clinic=clinic.name,
            **for_them(person.language, clinic.zone),
            at=now(),
            row=row,
            receipts=queries.receipts_of(work, row),
            rule=queries.rule_of(work, clinic.id),
            not_said=domain.KEEPS,
        )


def _copy(relationship_id: UUID, person_id: UUID, request_id: UUID) -> Copy:
    """Return a copy that was granted: whole, and in the trail. Raises MovedOn, Unreachable."""
    with reading() as work:
        relationship, person = queries.treated(work, relationship_id, person_id)
        row = queries.request_of(work, relationship, person.id, request_id, kind=Kind.ACCESS)
        if row.state is not State.GRANTED:
            raise domain.MovedOn
        clinic_id = row.clinic_id
    shares: Shares = current_app.extensions["shares"]
    given = shares.of(
        clinic_id=clinic_id,
        relationship_id=relationship_id,
        person_id=person_id,
        acting=current_actor(),
    )
    with reading() as work:
        relationship, person = queries.treated(work, relationship_id, person_id)
        queries.note(work, Act.EXPORTED, person)
        return copy_of(
            work,
            request=queries.request_of(work, relationship, person.id, request_id),
            relationship=relationship,
            person=person,
            shares=given,
            now=now(),
        )


def _files(copy: Copy) -> Response:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as files:
        for name, content in (("copy.json", copy.content), ("fhir.json", copy.resources)):
            files.writestr(ZipInfo(name, now().timetuple()[:6]), _text(content))
    answer = Response(packed.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="copy.zip"'
    return answer


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
