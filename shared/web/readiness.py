"""Whether a service lives, whether it is ready, and what it has counted."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from shared.logs import logger
from shared.metrics import CONTENT_TYPE, rendered
from shared.web.requests import settings, store

Check = Callable[[], None]
"""Returns if all is well, raises if not."""

log = logger("health")
blueprint = Blueprint("health", __name__)


def add_check(app: Flask, name: str, check: Check) -> None:
    """Ask ``check`` too before this service says it is ready; ``name`` is a neutral code."""
    app.extensions.setdefault("readiness", {})[name] = check


@blueprint.get("/health/live")
def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@blueprint.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Say whether everything that this service needs answers too."""
    checks: dict[str, Check] = {"database": _database, **current_app.extensions["readiness"]}
    found = {name: _well(name, check) for name, check in checks.items()}
    fine = all(found.values())
    shown = {name: "well" if well else "not well" for name, well in found.items()}
    return {"status": "ready" if fine else "not ready", "checks": shown}, 200 if fine else 503


@blueprint.get("/internal/metrics")
def metrics() -> Response:
    """Show what this service has counted, to Prometheus."""
    return Response(rendered(settings().service), content_type=CONTENT_TYPE)


def _database() -> None:
    with store().engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _well(name: str, check: Check) -> bool:
    try:
        check()
    except Exception:
        log.warning("not_ready", check=name, exc_info=True)
        return False
    return True
