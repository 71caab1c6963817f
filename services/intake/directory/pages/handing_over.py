"""Handing the device over: staff are signed out on it before one member sits down at it."""

from flask import Response, make_response, render_template

from services.intake.directory import usecases
from services.intake.directory.pages.door import remember_way_back
from services.intake.directory.pages.visit import let_out, visiting
from shared.auth.presence import wall_clock
from shared.auth.seats import SeatKey
from shared.store import UnitOfWork
from shared.web import settings
from shared.web.seating import seat_address


def sign_out_here(work: UnitOfWork) -> None:
    """Close the sign-in of this browser, in the transaction that makes the seat ready."""
    found = visiting(work)
    if found is not None:
        usecases.sign_out(work, session_id=found[0].id, now=wall_clock())


def handed_over(key: SeatKey, *, back: str) -> Response:
    """Return the page that opens a seat, in a browser that has forgotten who was signed in.

    Whoever signs in next in this browser is led to ``back``, a page of ours.
    """
    remember_way_back(back)
    address = seat_address(settings(), key)
    return let_out(
        make_response(render_template("intake/directory/handed_over.html", address=address))
    )
