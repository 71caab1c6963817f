"""The member's own screen at the clinic: each question alone, and nothing left for the next."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import domain, queries, usecases
from services.intake.consent.models import ConsentRevision
from services.intake.consent.pages.receipts import receipts
from services.intake.consent.pages.shown import blueprint, questions, said_on_form
from services.intake.consent.usecases.answering import BY_THEMSELVES
from services.intake.directory.pages.handing_over import handed_over, sign_out_here
from services.intake.people.models import Person
from shared.auth.seats import SeatRow
from shared.consent.texts import NotAsShown
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work
from shared.web.seating import current_seat, leave_seat


@blueprint.post("/relationships/<uuid:relationship_id>/members/<uuid:person_id>/hand-over")
def hand_over(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Sign staff out here, and open a seat for one member on this device."""
    with unit_of_work() as work:
        _, key = usecases.hand_over(
            work, relationship_id=relationship_id, person_id=person_id, now=now()
        )
        sign_out_here(work)
    return handed_over(key, back=url_for("people.one", relationship_id=relationship_id))


@blueprint.get("/seat/choices")
def choices() -> str:
    """Show a seated member the questions, each alone, none answered beforehand."""
    with reading() as work:
        return _page(work)


@blueprint.post("/seat/choices")
def choose() -> ResponseReturnValue:
    """Keep a member's answers; the seat ends, whatever they were."""
    try:
        with unit_of_work() as work:
            seat = current_seat(work, purpose=domain.SEAT)
            said = said_on_form(_asked(work, seat))
            kept = usecases.take_down(
                work,
                clinic_id=seat.clinic_id,
                person_id=seat.person_id,
                said=said,
                evidence=BY_THEMSELVES,
                now=now(),
            )
            last = _receipt(work, seat, kept) if "receipt" in request.form else None
            return leave_seat(work, seat, at=now(), last_page=last)
    except (domain.AnswerNotUsable, NotAsShown, domain.Paused) as refusal:
        with reading() as work:
            return _page(work, refusal), refusal.status


def _page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    seat = current_seat(work, purpose=domain.SEAT)
    person = work.get(Person, seat.clinic_id, seat.person_id)
    language = queries.language_of(person)
    rows = queries.revisions(work, seat.clinic_id, seat.person_id)
    asked = queries.asked_at_seat(rows, queries.policy_of(work, seat.clinic_id))
    present = queries.decisions_on(rows, now(), also=asked)
    return render_template(
        "intake/consent/choices.html",
        language=language,
        lang=language.tag,
        dir=language.direction,
        questions=questions(person, asked, language, present),
        wrong=language.page[_word_for(refusal)] if refusal else "",
        receipt=True,
    )


def _asked(work: UnitOfWork, seat: SeatRow) -> list[str]:
    rows = queries.revisions(work, seat.clinic_id, seat.person_id)
    return queries.asked_at_seat(rows, queries.policy_of(work, seat.clinic_id))


def _receipt(work: UnitOfWork, seat: SeatRow, kept: list[ConsentRevision]) -> str:
    """Return the receipt of what was just said; it is shown this once and kept nowhere."""
    person = work.get(Person, seat.clinic_id, seat.person_id)
    language = queries.language_of(person)
    return render_template(
        "intake/consent/receipt.html",
        language=language,
        lang=language.tag,
        dir=language.direction,
        receipts=receipts(work, kept, language, person.zone),
    )


def _word_for(refusal: Refusal) -> str:
    """Return which words of a page say what happened, in the person's own language."""
    if isinstance(refusal, domain.AnswerNotUsable):
        return "choose"
    return "changed" if isinstance(refusal, NotAsShown) else "not_kept"
