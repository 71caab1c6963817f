"""How every service's app is put together, before the service adds its own doors."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from shared.auth.matrix import rules_of
from shared.auth.signing_keys import derived_secret
from shared.auth.staff_cookie import cookie_name
from shared.clock import Clock
from shared.logs import logger
from shared.rates.rates import Rates
from shared.settings import BadSettings, Settings
from shared.store import Store
from shared.web import leave, readiness
from shared.web.compiled import COMPILED
from shared.web.errors import answer_errors
from shared.web.guard import guard
from shared.web.headers import secure_headers
from shared.web.measuring import measure
from shared.web.mounting import Mounted
from shared.web.page_context import page_context
from shared.web.problems import new_api
from shared.web.sent import SEVERAL

HERE = Path(__file__).parent
GOVUK = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})

log = logger("web")


class App(Flask):
    """Flask, whose log of an unexpected error has no values in it."""

    def log_exception(self, exc_info: Any) -> None:
        """Log where an unexpected error passed, and its class."""
        log.error("unexpected", exc_info=exc_info)


def new_app(import_name: str, settings: Settings, store: Store, clock: Clock) -> Flask:
    """Return an app with everything that all services have.

    The service registers its blueprints for people on the app, and those for programs on
    ``app.extensions["api"]``. Raises BadMatrix where the access file does not
    read, and BadSettings where production would be debugged.
    """
    app = App(import_name, static_folder=None)
    rules = rules_of(settings.service)
    rates = Rates(store.engine, derived_secret(settings, "rates"), clock.now)
    app.extensions.update(
        settings=settings, store=store, clock=clock, rules=rules, rates=rates, readiness={}
    )
    app.extensions["several"] = SEVERAL
    _refuse_debugging(app, settings)
    _configure(app, settings)
    measure(app)
    secure_headers(app)
    guard(app)
    answer_errors(app)
    _layout(app)
    app.register_blueprint(readiness.blueprint)
    app.register_blueprint(leave.blueprint)
    app.extensions["api"] = new_api(app, title=f"Attune {settings.service}")
    app.wsgi_app = Mounted(app.wsgi_app, settings.service)  # type: ignore[method-assign]
    return app


def _refuse_debugging(app: Flask, settings: Settings) -> None:
    if settings.production and app.debug:
        raise BadSettings(["FLASK_DEBUG is set: it shows what it must not. Take it away."])


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=derived_secret(settings, "visits"),
        SESSION_COOKIE_NAME=cookie_name(settings, "visit"),
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )


def _layout(app: Flask) -> None:
    app.register_blueprint(
        Blueprint(
            "shared",
            __name__,
            template_folder=str(HERE / "templates"),
            static_folder=str(HERE / "static"),
            static_url_path="/static",
        )
    )
    own = app.jinja_loader or PackageLoader("shared.web")
    app.jinja_loader = ChoiceLoader([own, GOVUK])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = COMPILED
    page_context(app)
