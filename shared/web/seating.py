"""The members' door for someone present: a start page, a cookie, and a page that says it is over.

``seat_door(app, Seat, first_page={"consent": "consent.choices"})`` gives a service this door.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from shared.auth.actors import NOBODY, Actor, Door
from shared.auth.policy import current_actor, keep_door
from shared.auth.seats import (
    SeatClosed,
    SeatKey,
    SeatRow,
    end_seat,
    take_seat,
    taken_seat,
    waiting_seat,
)
from shared.auth.signing_keys import derived_secret
from shared.auth.staff_cookie import cookie_name
from shared.errors import NotFound
from shared.settings import Settings
from shared.store import UnitOfWork
from shared.web.leave import forget_visit
from shared.web.requests import now, settings, store

blueprint = Blueprint("seat", __name__)
Answer = TypeVar("Answer", bound=AnyResponse)
LanguageOf = Callable[[UnitOfWork, SeatRow], str]


def seat_door(
    app: Flask, kind: type[SeatRow], *, first_page: Mapping[str, str], language_of: LanguageOf
) -> None:
    """Open the door of seats; ``first_page`` names the view with which each purpose begins.

    ``language_of`` says in which language a seat's person is spoken to.
    """
    app.extensions["seats"] = kind
    app.extensions["language_of_seat"] = language_of
    app.extensions["seat_pages"] = first_page
    keep_door(app, Door.SEAT, _seated)
    app.register_blueprint(blueprint)
    app.after_request(_forget_on_leaving)


def seat_address(service_settings: Settings, key: SeatKey) -> str:
    """Return the whole address under which the member opens a seat, on the members' host."""
    path = key.text(_signing(service_settings))
    return f"{service_settings.member_url}/{service_settings.service}/seat/{path}"


def current_seat(work: UnitOfWork, *, purpose: str) -> SeatRow:
    """Return the seat of this request; raises SeatClosed unless it serves this purpose."""
    seat: SeatRow = work.get(_kind(), *g.seat)
    if seat.purpose != purpose or seat.person_id != current_actor().id:
        raise SeatClosed
    return seat


def leave_seat(
    work: UnitOfWork, seat: SeatRow, *, at: datetime, last_page: str | None = None
) -> AnyResponse:
    """End a seat, and return an answer that clears the browser and shows the closed page.

    ``last_page`` is shown once in its place, where the person asked for it.
    """
    end_seat(work, seat, now=at)
    answer = make_response(last_page) if last_page else redirect(url_for("seat.closed"), 303)
    return _forget(forget_visit(answer))


@blueprint.get("/seat/<key>")
def begin(key: str) -> str:
    """Show the start page to whoever was handed the device."""
    opened = SeatKey.read(key, _signing(settings()))
    with store().reading(clinics={opened.clinic_id}, actor=NOBODY) as work:
        seat = waiting_seat(work, _kind(), key=opened, now=now())
        language = current_app.extensions["language_of_seat"](work, seat)
    return render_template("seat_start.html", lang=language)


@blueprint.post("/seat/<key>")
def take(key: str) -> ResponseReturnValue:
    """Take the seat: the address is spent, and the cookie holds the place."""
    opened = SeatKey.read(key, _signing(settings()))
    with store().unit_of_work(clinics={opened.clinic_id}, actor=NOBODY) as work:
        seat, kept = take_seat(work, _kind(), key=opened, now=now())
    page: str = current_app.extensions["seat_pages"][seat.purpose]
    answer = redirect(url_for(page), 303)
    answer.set_cookie(
        _cookie(),
        kept.text(_signing(settings())),
        secure=settings().production,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


@blueprint.get("/seat/closed")
def closed() -> Response:
    """Say that this is over, in the same words whatever was done, in every language."""
    return make_response(render_template("seat_closed.html"))


def _seated() -> Actor | None:
    text = request.cookies.get(_cookie())
    if not text:
        raise SeatClosed
    key = SeatKey.read(text, _signing(settings()))
    with store().reading(clinics={key.clinic_id}, actor=NOBODY) as work:
        seat = taken_seat(work, _kind(), key=key, now=now())
        g.seat = (seat.clinic_id, seat.id)
        return Actor(door=Door.SEAT, id=seat.person_id, clinics=frozenset({seat.clinic_id}))


def _forget_on_leaving(answer: Response) -> Response:
    leaving = request.endpoint == "leave.leave" and _cookie() in request.cookies
    return _forget(answer) if leaving else answer


def _forget(answer: Answer) -> Answer:
    answer.delete_cookie(
        _cookie(), secure=settings().production, httponly=True, samesite="Lax", path="/"
    )
    return answer


def _cookie() -> str:
    return cookie_name(settings(), f"attune-seat-{settings().service}")


def _signing(service_settings: Settings) -> bytes:
    return derived_secret(service_settings, f"seats of {service_settings.service}")


def _kind() -> type[SeatRow]:
    kind: type[SeatRow] | None = current_app.extensions.get("seats")
    if kind is None:
        raise NotFound
    return kind
