"""Import for clinic admins: choose a file, read what it would change, confirm."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.arrivals import domain, usecases
from services.intake.directory import queries as directory
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("arrivals", __name__)


@blueprint.url_value_preprocessor
def _allow_large_files(_endpoint: str | None, _values: object) -> None:
    request.max_content_length = domain.MOST_BYTES


@blueprint.get("/import")
def choose() -> str:
    """Ask for a file."""
    return _page({})


@blueprint.post("/import")
def look() -> ResponseReturnValue:
    """Read the file, and say what it would change; nothing is changed yet."""
    sent = request.files.get("file")
    clinic_id, clinician_id = _clinic_and_clinician()
    if sent is None or not sent.filename:
        return _page({"file": "Choose a file."}), 422
    if clinic_id is None or clinician_id is None:
        return _page({"clinician": "Choose a clinician."}), 422
    content = sent.read()
    sent.close()
    arrivals = domain.read_arrivals(content)
    if arrivals.mistakes:
        return _page({}, arrivals.mistakes), 422
    with unit_of_work() as work:
        outcome = usecases.import_people(
            work,
            clinic_id=clinic_id,
            clinician_id=clinician_id,
            arrivals=arrivals,
            now=now(),
            dry_run=True,
        )
        waiting = usecases.bring_file(
            work,
            clinic_id=clinic_id,
            clinician_id=clinician_id,
            text=content.decode("utf-8-sig"),
            now=now(),
        )
    return render_template("intake/arrivals/report.html", outcome=outcome, file_id=waiting.id)


@blueprint.post("/import/<uuid:file_id>")
def confirm(file_id: UUID) -> ResponseReturnValue:
    """Take in the file that was read."""
    with unit_of_work() as work:
        outcome = usecases.confirm_file(work, file_id=file_id, now=now())
    done = f"{outcome.opened} relationships opened, {outcome.joined} people joined"
    papers = f" {outcome.papers} consents on paper are listed, to be asked anew."
    flash(f"{done}, {outcome.changed} changed.{papers if outcome.papers else ''}", "good")
    return redirect(url_for("people.everyone"), 303)


def _page(errors: dict[str, str], mistakes: tuple[domain.Mistake, ...] = ()) -> str:
    with reading() as work:
        clinics = directory.clinics(work)
        clinicians = [
            (f"{clinic.id} {staff_id}", name if len(clinics) == 1 else f"{name}, {clinic.name}")
            for clinic in clinics
            for staff_id, name in directory.clinicians_at(work, clinic.id)
        ]
    return render_template(
        "intake/arrivals/import.html",
        clinicians=clinicians,
        errors=errors,
        mistakes=mistakes[: domain.MOST_SHOWN],
        more=max(len(mistakes) - domain.MOST_SHOWN, 0),
        needed=domain.NEEDED,
        optional=domain.OPTIONAL,
        example=domain.EXAMPLE,
    )


def _clinic_and_clinician() -> tuple[UUID | None, UUID | None]:
    clinic, _, clinician = request.form.get("clinician", "").partition(" ")
    try:
        return UUID(clinic), UUID(clinician)
    except ValueError:
        return None, None
