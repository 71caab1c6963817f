"""What is asked before a view runs: what was sent, its token, who is there, whether they may."""

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from shared.auth.matrix import Word
from shared.auth.policy import authorise, bears_token, current_assertion, current_rule
from shared.auth.presence import mark_presence
from shared.errors import NotAllowed, NotFound
from shared.web.errors import FormOutOfDate
from shared.web.pace import slow_down_programs, slow_down_sources
from shared.web.requests import settings
from shared.web.sent import refuse_unfit_fields, refuse_unfit_json
from shared.web.worlds import on_members_host

READING = ("GET", "HEAD", "OPTIONS")


class NotAPage(NotAllowed):
    """This address answers programs. Open it with a program, not as a page."""


def guard(app: Flask) -> None:
    """Ask these questions before every request of an app."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked below, where the door is known
        WTF_CSRF_TIME_LIMIT=None,  # a form may be left open as long as the visit lasts
        WTF_CSRF_SSL_STRICT=False,  # our pages send no referrer
    )
    tokens = CSRFProtect(app)

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        _refuse_foreign_pages()
        _refuse_the_others_host()
        refuse_unfit_fields()
        if _by_cookie() and request.method not in READING:
            _check_token(tokens)
        slow_down_sources()
        if (turned_away := authorise()) is not None:
            return turned_away
        slow_down_programs()
        refuse_unfit_json()
        return None

    app.after_request(_mark)


def _mark(answer: Response) -> Response:
    """Let a page of staff carry that someone used it; what everyone sees carries nothing."""
    rule, assertion = current_rule(), current_assertion()
    if assertion is not None and rule is not None and rule.for_staff:
        mark_presence(settings(), answer, assertion)
    return answer


def _refuse_foreign_pages() -> None:
    """Refuse what other sites' pages send, and API addresses opened as pages."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in READING and site not in ("same-origin", "none"):
        raise FormOutOfDate
    as_page = request.headers.get("Sec-Fetch-Dest") in ("document", "iframe", "embed", "object")
    if as_page and request.path.startswith("/api/") and request.endpoint != "api-docs.openapi_json":
        raise NotAPage


def _refuse_the_others_host() -> None:
    """Serve members' pages alone on the members' host: nothing there leads to the staff's."""
    rule, endpoint = current_rule(), request.endpoint or ""
    neutral = endpoint.endswith("static") or endpoint.startswith("health.")
    if rule is not None and not rule.for_members and not neutral and on_members_host():
        raise NotFound


def _by_cookie() -> bool:
    """Whether a cookie could open this door, so that another site's page could abuse it."""
    rule = current_rule()
    return rule is not None and Word.ADDRESS not in rule.words and not bears_token()


def _check_token(tokens: CSRFProtect) -> None:
    try:
        tokens.protect()
    except CSRFError as problem:
        raise FormOutOfDate from problem
