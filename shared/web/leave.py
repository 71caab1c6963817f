"""Leave: clears what this browser keeps of a member's page, and shows a page about nothing.

It changes no row, so that it also works as a plain link. ``Clear-Site-Data: "cookies"`` is not
sent: browsers apply it to the whole site, staff's host included. Our own cookies are named instead.
"""

from typing import TypeVar

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("leave", __name__)
Answer = TypeVar("Answer", bound=AnyResponse)


@blueprint.get("/leave")
def leave() -> Response:
    """Forget this visit and show a neutral page."""
    return forget_visit(make_response(render_template("left.html")))


def forget_visit(answer: Answer) -> Answer:
    """Clear what this browser keeps of the visit.

    A browser lets go of a cookie only where it is named as it was given, so its marks are too.
    """
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    session_cookie = current_app.config["SESSION_COOKIE_NAME"]
    if session_cookie in request.cookies:
        answer.delete_cookie(
            session_cookie,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return answer
