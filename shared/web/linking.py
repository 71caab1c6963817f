"""The members' door for those who hold a link: one closed page, and a count of those who guess."""

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from shared.auth.links import KnockedTooOften, LinkClosed
from shared.errors import Refusal
from shared.rates.rates import KNOCKS, WRONG_TRIES, TooOften
from shared.web.errors import tell_refusal
from shared.web.pace import rates
from shared.web.sent import NotAsSent
from shared.web.source import source


def note_knock(token_hash: bytes) -> None:
    """Count a knock at a closed link; raises KnockedTooOften. An open link always opens."""
    by_source = rates().spend(KNOCKS, source())
    by_link = rates().spend(WRONG_TRIES, token_hash.hex())
    if not (by_source and by_link):
        raise KnockedTooOften


def close_like_all(blueprint: Blueprint) -> None:
    """Answer every closed, spent, invented or refused address of these pages with one page.

    What cannot be read is told as such: it is noticed before any address is looked up.
    """
    blueprint.register_error_handler(Refusal, _closed)


def _closed(refusal: Refusal) -> ResponseReturnValue:
    if isinstance(refusal, NotAsSent):
        return tell_refusal(refusal)
    throttled = isinstance(refusal, KnockedTooOften)
    status = refusal.status if throttled else LinkClosed.status
    answer = make_response(render_template("link_closed.html"), status)
    answer.vary.add("Cookie")
    if throttled:
        answer.headers.update(TooOften.headers)
    return answer
