"""The front of the laptop: one origin for four services, and a kind word until they are there.

It stands on Python alone, so that a page is there before anything larger is loaded.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from string import Template
from typing import Any

from deploy.progress import Progress

HERE = Path(__file__).parent
FILES = HERE.parent / "shared" / "web" / "static"
FONTS = ("latin.woff2", "latin-italic.woff2", "latin-ext.woff2")
SHOWN = {
    "/front/icon.svg": ("icon.svg", "image/svg+xml"),
    "/favicon.ico": ("icon.svg", "image/svg+xml"),
    "/front/tokens.css": ("tokens.css", "text/css"),
    **{f"/front/vendor/fonts/{name}": (f"vendor/fonts/{name}", "font/woff2") for name in FONTS},
}
"""The few files that the front itself shows."""

TRY_AGAIN_SECONDS = 2
POLICY = (
    "default-src 'none'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ALWAYS = (
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
)

Environ = Mapping[str, Any]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Home = Callable[[Environ], str]


class Origin:
    """Hands each request to the service that its address names; answers the rest by itself.

    ``apps`` fills while requests come in, and ``home`` comes last; until then people are told how
    far it is.
    """

    def __init__(self, hosts: tuple[str, str], progress: Callable[[], Progress]):
        self.apps: dict[str, Wsgi] = {}
        self.home: Home | None = None
        self._staff_host, self._member_host = hosts
        self._progress = progress

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        path: str = environ.get("PATH_INFO", "")
        name, _, rest = path.lstrip("/").partition("/")
        host = environ.get("HTTP_HOST", "").partition(":")[0]
        if host not in (self._staff_host, self._member_host):
            return _plain(start_response, "400 Bad Request", "This host is not served here.")
        inner = rest.partition("/")[0] == "internal"
        if name in self.apps and not (inner and not _from_a_service_here(environ)):
            return self.apps[name](environ, start_response)
        if path in SHOWN:
            return _file(start_response, *SHOWN[path])
        if host == self._member_host:
            return _page(start_response, "404 Not Found", "nothing_here.html")
        return self._own(path, environ, start_response)

    def _own(self, path: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        now = self._progress()
        looking = self._open and now.founded
        if path == "/front/progress.json":
            told = {"percent": now.percent, "says": now.says, "open": looking}
            told["ready"] = now.ready and self._open
            return _answer(start_response, "200 OK", "application/json", json.dumps(told).encode())
        if path != "/" and self._open:
            return _page(start_response, "404 Not Found", "nothing_here.html")
        if self.home is not None and (now.ready or environ.get("QUERY_STRING") == "look"):
            start_response("302 Found", [("Location", self.home(environ)), *ALWAYS])
            return []
        status = "200 OK" if path == "/" else "503 Service Unavailable"
        return _page(start_response, status, "getting_ready.html", now, looking=looking)

    @property
    def _open(self) -> bool:
        return self.home is not None


def _from_a_service_here(environ: Environ) -> bool:
    """Whether a request comes from this computer and shows a service's token."""
    try:
        here = ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        here = False
    return here and environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")


def _page(
    start_response: Any,
    status: str,
    name: str,
    progress: Progress | None = None,
    *,
    looking: bool = False,
) -> Iterable[bytes]:
    nonce, shown = token_urlsafe(18), progress or Progress()
    text = Template((HERE / "pages" / name).read_text(encoding="utf-8")).substitute(
        nonce=nonce,
        percent=shown.percent,
        says=escape(shown.says),
        again=TRY_AGAIN_SECONDS,
        hidden="" if looking else "hidden",
    )
    more = [("Content-Security-Policy", POLICY.format(nonce=nonce))]
    if status.startswith("503"):
        more.append(("Retry-After", str(TRY_AGAIN_SECONDS)))
    return _answer(start_response, status, "text/html; charset=utf-8", text.encode(), more)


def _file(start_response: Any, name: str, kind: str) -> Iterable[bytes]:
    return _answer(start_response, "200 OK", kind, (FILES / name).read_bytes())


def _plain(start_response: Any, status: str, text: str) -> Iterable[bytes]:
    return _answer(start_response, status, "text/plain; charset=utf-8", text.encode())


def _answer(
    start_response: Any,
    status: str,
    kind: str,
    body: bytes,
    more: Iterable[tuple[str, str]] = (),
) -> Iterable[bytes]:
    length = ("Content-Length", str(len(body)))
    start_response(status, [("Content-Type", kind), length, *ALWAYS, *more])
    return [body]
