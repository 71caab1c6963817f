"""The cookie that carries a staff assertion from page to page and service to service."""

from flask import Response, request

from shared.auth.tokens import STAFF_LIFETIME
from shared.settings import Settings

# The cookie outlives its assertion, so that one that ran out can be told from none at all.
KEPT_FOR = STAFF_LIFETIME * 60


def cookie_name(settings: Settings, name: str) -> str:
    """Return the name of a cookie: bound to its host wherever TLS is a matter of course."""
    return f"__Host-{name}" if settings.production else name


def read_staff_cookie(settings: Settings) -> str | None:
    """Return the assertion that the browser sent, if any."""
    return request.cookies.get(cookie_name(settings, "attune-staff"))


def set_staff_cookie(settings: Settings, response: Response, token: str) -> None:
    """Give the browser an assertion to keep; scripts cannot read it."""
    response.set_cookie(
        cookie_name(settings, "attune-staff"),
        token,
        max_age=KEPT_FOR,
        secure=settings.production,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_staff_cookie(settings: Settings, response: Response) -> None:
    """Make the browser forget its assertion."""
    response.delete_cookie(
        cookie_name(settings, "attune-staff"),
        secure=settings.production,
        httponly=True,
        samesite="Lax",
        path="/",
    )
