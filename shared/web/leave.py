"""Leave: clears what this browser keeps of a member's page, and shows a page about nothing.

It changes no row, so that it also works as a plain link. ``Clear-Site-Data: "cookies"`` is not
sent: browsers apply it to the whole site, staff's host included. Our own cookies are named instead.
"""

from flask import Blueprint, Response, current_app, make_response, render_template, request

blueprint = Blueprint("leave", __name__)


@blueprint.get("/leave")
def leave() -> Response:
    """Forget this visit and show a neutral page."""
    response = make_response(render_template("left.html"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    session_cookie = current_app.config["SESSION_COOKIE_NAME"]
    if session_cookie in request.cookies:
        response.delete_cookie(
            session_cookie,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
