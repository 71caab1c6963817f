"""A member's own pages at the clinic's screen: one section on each, saved as they go on."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent.domain import NoPolicy, NotNoted
from services.intake.consent.queries import check_noted, policy_of
from services.intake.questionnaires import domain, queries, usecases
from services.intake.questionnaires.domain import Item, Pack
from services.intake.questionnaires.queries import Page
from shared.auth.seats import SeatClosed, SeatRow
from shared.consent.languages import language_for
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work
from shared.web.seating import current_seat, leave_seat

blueprint = Blueprint("seated", __name__)


@blueprint.get("/seat/questions")
def first() -> ResponseReturnValue:
    """Go to the first page."""
    return redirect(url_for(".page", number=1), 303)


@blueprint.get("/seat/questions/<int:number>")
def page(number: int) -> str:
    """Show one section, with what the member saved of it before."""
    with reading() as work:
        seat = _seat(work)
        found = _page(_pages(work, seat), number)
        policy = policy_of(work, seat.clinic_id)
    return render_template(
        "intake/questionnaires/page.html",
        page=found,
        items=[asked(found.pack, item, found) for item in found.section.items],
        words=queries.words()[found.language.code],
        policy=language_for(found.language.code).policies[policy],
        lang=found.language.code,
        dir=found.language.direction,
    )


@blueprint.post("/seat/questions/<int:number>")
def save(number: int) -> ResponseReturnValue:
    """Keep a section; then the next one, or the end of the seat."""
    with unit_of_work() as work:
        seat = _seat(work)
        pages = _pages(work, seat)
        found = _page(pages, number)
        answers = domain.read_section(found.pack, found.section, request.form.getlist)
        usecases.save_page(work, page=found, answers=answers, now=now())
        last, closing = number == found.count, request.form.get("then") == "close"
        if last and not closing:
            usecases.finish_seat(work, pages=pages, now=now())
        if last or closing:
            return leave_seat(work, seat, at=now())
    return redirect(url_for(".page", number=number + 1), 303)


def asked(pack: Pack, item: Item, found: Page) -> dict[str, Any]:
    """Return what a template needs of one item, with what was answered before."""
    words = found.language.items[item.code]
    codes = item.values if item.kind is domain.Kind.SCALE else item.options
    return {
        "code": item.code,
        "kind": item.kind.value,
        "words": words,
        "options": list(zip(map(str, codes), words.options, strict=True)) if codes else [],
        "steps": [str(value) for value in item.values],
        "depends": domain.takes_depends(pack, item),
        "answer": found.answers.get(item.code),
    }


def _seat(work: UnitOfWork) -> SeatRow:
    """Return the seat of this request; it is over once the person goes along with no policy."""
    seat = current_seat(work, purpose=domain.SEAT)
    try:
        check_noted(work, clinic_id=seat.clinic_id, person_id=seat.person_id, now=now())
    except (NoPolicy, NotNoted):
        raise SeatClosed from None
    return seat


def _pages(work: UnitOfWork, seat: SeatRow) -> list[Page]:
    pages = queries.pages_of(work, clinic_id=seat.clinic_id, seat_id=seat.id)
    if not pages:
        raise SeatClosed
    return pages


def _page(pages: list[Page], number: int) -> Page:
    if not 1 <= number <= len(pages):
        raise NotFound
    return pages[number - 1]
