"""The front of the laptop: one origin for four services, and a kind word while they get ready."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from deploy.progress import Progress
from shared.auth.actors import Role
from shared.auth.policy import RENEWAL
from shared.auth.staff_cookie import read_staff_cookie
from shared.auth.tokens import BadToken, read_staff_assertion
from shared.service import Service
from shared.settings import SERVICES, Settings
from shared.web.headers import csp_nonce, secure_headers
from shared.web.menu import menu_for

WEB = Path(__file__).parent.parent / "shared" / "web" / "static"
TRY_AGAIN_SECONDS = 2

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
ProgressNow = Callable[[], Progress]


class Origin:
    """Hands each request to the service that its address names, or to the front.

    ``services`` may fill while requests come in; until a service is there, the front answers.
    """

    def __init__(self, front: Wsgi, services: Mapping[str, Service]):
        self._front = front
        self._services = services

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        name, _, rest = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        service = self._services.get(name)
        if rest.partition("/")[0] == "internal" and not _from_a_service_here(environ):
            service = None
        app = service.app if service else self._front
        return app(environ, start_response)


def new_front(settings: Settings, progress: ProgressNow) -> Flask:
    """Return the app that answers ``/``, and everything else while its service is not there yet."""
    app = Flask(__name__, static_folder=str(WEB), static_url_path="/front")
    app.extensions["settings"] = settings
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    secure_headers(app)

    @app.get("/")
    def home() -> ResponseReturnValue:
        now = progress()
        if not now.ready and "look" not in request.args:
            return render_template("getting_ready.html", progress=now, again=TRY_AGAIN_SECONDS)
        return redirect(home_of(settings))

    @app.get("/front/progress.json")
    def told() -> ResponseReturnValue:
        now = progress()
        return {"percent": now.percent, "says": now.says, "ready": now.ready}

    @app.get("/favicon.ico")
    def icon() -> ResponseReturnValue:
        return app.send_static_file("icon.svg")

    @app.route("/<path:_anything>", methods=["GET", "POST"])
    def elsewhere(_anything: str) -> ResponseReturnValue:
        if progress().ready or _anything.partition("/")[0] not in SERVICES:
            return render_template("nothing_here.html"), 404
        page = render_template("getting_ready.html", progress=progress(), again=TRY_AGAIN_SECONDS)
        return page, 503, {"Retry-After": str(TRY_AGAIN_SECONDS)}

    return app


def home_of(settings: Settings) -> str:
    """Return where ``/`` leads: the home of the role that someone is signed in as."""
    role = _role(settings)
    menu = menu_for(role, production=settings.production)
    return menu[0].url if menu else f"{RENEWAL}?next={quote('/')}"


def _role(settings: Settings) -> Role | None:
    token = read_staff_cookie(settings)
    try:
        return read_staff_assertion(settings, token).role if token else None
    except BadToken:
        return None


def _from_a_service_here(environ: Mapping[str, Any]) -> bool:
    """Whether a request comes from this computer and shows a service's token."""
    try:
        here = ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        here = False
    return here and environ.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")
