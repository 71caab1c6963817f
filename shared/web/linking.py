"""The members' door for those who hold a link: one closed page, and a bell for those who guess."""

from flask import Blueprint, Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shared.auth.links import Doorbell, KnockedTooOften, LinkClosed
from shared.errors import Refusal
from shared.web.requests import now


def hang_doorbell(app: Flask) -> None:
    """Let an app count knocks at its closed links."""
    app.extensions["doorbell"] = Doorbell()


def note_knock() -> None:
    """Count a knock at a closed link; raises KnockedTooOften. An open link always opens."""
    bell: Doorbell = current_app.extensions["doorbell"]
    source = request.remote_addr or ""
    if bell.rings_off(source, now()):
        raise KnockedTooOften
    bell.knock(source, now())


def close_like_all(blueprint: Blueprint) -> None:
    """Answer every closed, spent, invented or refused address of these pages with one page."""
    blueprint.register_error_handler(Refusal, _closed)


def _closed(refusal: Refusal) -> ResponseReturnValue:
    status = refusal.status if isinstance(refusal, KnockedTooOften) else LinkClosed.status
    answer = make_response(render_template("link_closed.html"), status)
    answer.vary.add("Cookie")
    return answer
