"""What a person or a program is told when something cannot be done, or went wrong."""

from collections.abc import Mapping

from flask import Flask, Response, make_response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from shared.errors import Refusal
from shared.web.page_context import member_words
from shared.web.problems import for_programs, http_problem, refusal_problem
from shared.web.requests import request_id
from shared.web.worlds import in_member_world

TITLES: Mapping[int, str] = {
    400: "That did not arrive as it should",
    401: "Please sign in",
    403: "This is not open to your role",
    404: "There is nothing here",
    405: "This address does not take that",
    409: "Someone was quicker",
    410: "This is no longer here",
    413: "That is too large",
    415: "This arrived in another form",
    422: "That is not possible",
    429: "That was a lot at once",
    500: "Something went wrong on our side",
    503: "Not available right now",
}
SENTENCES: Mapping[int, str] = {
    400: "Go back, load the page again, and send it once more.",
    404: "There is nothing at this address, or it is not yours to see.",
    405: "Go back to the page you came from and use its buttons.",
    413: "Send less at once: a shorter text or a smaller file.",
    429: "Wait a minute, then try again.",
    500: "Nothing of what you sent was kept. Try again; if it happens twice, ask for help "
    "and give the number below.",
}
OTHERWISE = "Go back and try again."
TOLD_TO_PROGRAMS = (413, 500)
"""What means the same to a program as to a person."""


class FormOutOfDate(Refusal):
    """This form no longer belongs to your visit. Go back, load the page again, and send it."""

    status = 400


def answer_errors(app: Flask) -> None:
    """Let every error of an app be told in our words, as a page or as a problem document."""
    app.register_error_handler(Refusal, tell_refusal)
    app.register_error_handler(HTTPException, _http_error)


def tell_refusal(refusal: Refusal) -> ResponseReturnValue:
    """Tell a refusal, as a page or as a problem document."""
    if for_programs():
        answer = refusal_problem(refusal, number=request_id())
    else:
        answer = _page(refusal.status, str(refusal))
    answer.headers.update(refusal.headers)
    return answer


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):  # the host is not ours, so no page can be made for it
        return Response(f"{SENTENCES[404]}\n", error.code, content_type="text/plain; charset=utf-8")
    if for_programs():
        said = SENTENCES[error.code] if error.code in TOLD_TO_PROGRAMS else ""
        return http_problem(error, number=request_id(), otherwise=said)
    shown = _page(error.code, SENTENCES.get(error.code, OTHERWISE))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            shown.headers.add(name, value)
    return shown


def _page(status: int, sentence: str) -> Response:
    number = request_id() if status >= InternalServerError.code else None
    if in_member_world():
        return make_response(_page_for_members(status, number), status)
    title = TITLES.get(status, TITLES[422])
    return make_response(
        render_template("error.html", title=title, sentence=sentence, number=number), status
    )


def _page_for_members(status: int, number: str | None) -> str:
    """Return a page in every language, for whoever it is; it says no more than the status."""
    told = member_words()[0].says["errors"]
    which = str(status) if str(status) in told else "other"
    return render_template("member_error.html", which=which, number=number)
