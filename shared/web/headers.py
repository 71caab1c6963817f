"""The headers that keep every answer to ourselves: nothing foreign is loaded, kept or framed."""

from collections.abc import Mapping
from secrets import token_urlsafe

from flask import Flask, Response, current_app, g, request

from shared.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
TWO_YEARS = "max-age=63072000; includeSubDomains"
FOR_EVER = "public, max-age=31536000, immutable"


def csp_nonce() -> str:
    """Return the word that lets this answer's own inline script or style through, once."""
    if "csp_nonce" not in g:
        g.csp_nonce = token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def secure_headers(app: Flask) -> None:
    """Send these headers with every answer of an app."""
    app.after_request(_secured)


def _secured(response: Response) -> Response:
    settings: Settings = current_app.extensions["settings"]
    response.headers.update(ALWAYS)
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce())
    if settings.production:
        response.headers["Strict-Transport-Security"] = TWO_YEARS
    if request.endpoint != "shared.static" or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        response.headers["Cache-Control"] = FOR_EVER
    return response
