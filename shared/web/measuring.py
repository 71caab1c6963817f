"""Every request gets a number, a trace, a line in the log and a place in the figures."""

from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, unbind_contextvars

from shared import tracing
from shared.logs import logger
from shared.metrics import ANSWERED
from shared.web.requests import settings

log = logger("web")
QUIET = ("shared.static", "health.live", "health.ready", "health.metrics")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")


def measure(app: Flask) -> None:
    """Number, trace, log and time every request of an app."""
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(_end)


def _begin() -> None:
    g.began = perf_counter()
    g.request_id = str(uuid4())
    g.trace = tracing.following(request.headers.get("traceparent"))
    g.trace.__enter__()
    bind_contextvars(request_id=g.request_id)


def _note(response: Response) -> Response:
    route = str(request.url_rule) if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"  # it may be anybody's words
    took = perf_counter() - g.began
    labels = (settings().service, route, method, str(response.status_code))
    ANSWERED.labels(*labels).observe(took)
    response.headers["X-Request-Id"] = g.request_id
    tell = log.debug if request.endpoint in QUIET else log.info
    tell(
        "answered",
        service=settings().service,
        route=route,
        method=method,
        status=response.status_code,
        took_ms=round(took * 1000, 1),
    )
    return response


def _end(_problem: BaseException | None) -> None:
    unbind_contextvars("request_id")
    if (trace := g.pop("trace", None)) is not None:
        trace.__exit__(None, None, None)
