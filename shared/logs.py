"""Logs that say what happened and never to whom.

One line is one JSON object. Loggers carry neutral codes, not module paths. Only the keys listed
here keep their values, and only where the value has the expected form; all else is written as
``[redacted]``. An exception leaves its class, its code and the lines of ours it passed, never its
text. Records of libraries keep their level and the library's name, nothing more.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import PurePath
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, LoggerFactory, ProcessorFormatter
from structlog.typing import Processor

from shared import tracing
from shared.errors import Refusal

REDACTED = "[redacted]"
ROOT = "attune"
CODE = re.compile(r"[A-Za-z0-9_.:*-]{1,80}")
ROUTE = re.compile(r"[A-Za-z0-9_./:<>-]{1,160}")
FRAME = re.compile(r"[\w./<>-]+:\d+ [\w.<>]+")
TRACE = re.compile(r"[0-9a-f-]{16,55}")

Says = Callable[[Any], bool]


def _identifier(value: Any) -> bool:
    try:
        return isinstance(value, UUID) or str(UUID(value)) == value
    except (ValueError, TypeError, AttributeError):
        return False


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(form: re.Pattern[str]) -> Says:
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _frames(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(x, str) and FRAME.fullmatch(x) for x in value)


_code = _written(CODE)

KEYS: Mapping[str, Says] = {
    "event": _code,
    "level": _code,
    "logger": _code,
    "library": _code,
    "service": _code,
    "timestamp": _code,
    "code": _code,
    "error": _code,
    "method": _code,
    "outcome": _code,
    "stream": _code,
    "kind": _code,
    "job": _code,
    "check": _code,
    "route": _written(ROUTE),
    "trace_id": _written(TRACE),
    "frames": _frames,
    "status": _number,
    "partition": _number,
    "position": _number,
    "generation": _number,
    "version": _number,
    "ok": lambda value: isinstance(value, bool),
}
"""Every key that keeps its value, and the form the value must have."""

ENDINGS: Mapping[str, Says] = {
    "_id": _identifier,
    "_count": _number,
    "_ms": _number,
    "_s": _number,
    "_bytes": _number,
}
"""Endings of further keys that keep their values: identifiers, counts, spans and sizes."""


class NeutralLogger(BoundLogger):
    """A logger that hands on where an exception passed, and never the exception itself."""

    def exception(self, event: str | None = None, *args: Any, **said: Any) -> Any:
        """Log an error with the exception that is being handled."""
        return self.error(event, *args, **{"exc_info": True, **said})


def logger(code: str) -> NeutralLogger:
    """Return the logger of a neutral code such as ``web``, ``events`` or ``jobs``."""
    found: NeutralLogger = structlog.get_logger(f"{ROOT}.{code}")
    return found


def configure_logs(
    *, service: str = "", level: str = "INFO", stream: TextIO | None = None
) -> logging.Handler:
    """Send every record of this process to one stream (standard error) as redacted JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_without_library_text, *BEFORE],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                _of_service(service),
                redacted,
                structlog.processors.JSONRenderer(),
            ],
            keep_exc_info=False,
            keep_stack_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("WARNING")
    logging.getLogger(ROOT).setLevel(level)
    return handler


def redacted(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Return a record in which only the listed keys keep their values."""
    return {key: _kept(key, value) for key, value in event.items()}


def frames_of(traceback: TracebackType | None) -> list[str]:
    """Return where an exception passed, ``file:line function`` each, without any value."""
    return [
        f"{_shortened(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in extract_tb(traceback)
    ]


def _kept(key: str, value: Any) -> Any:
    says = KEYS.get(key) or next(
        (form for ending, form in ENDINGS.items() if key.endswith(ending)), None
    )
    if says is None or not says(value):
        return REDACTED
    return str(value) if isinstance(value, UUID) else value


def _shortened(filename: str) -> str:
    parts = PurePath(filename).parts
    for start in ("site-packages", "tests", "services", "deploy", "shared"):
        if start in parts:
            return "/".join(parts[parts.index(start) :])
    return parts[-1] if parts else "unknown"


def _with_trace(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if (trace := tracing.current()) is not None:
        event["trace_id"] = trace.trace_id
    return event


def _without_exception_text(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    problem = given[1] if isinstance(given, tuple) else given
    if isinstance(problem, BaseException):
        event["error"] = type(problem).__name__
        event["frames"] = frames_of(problem.__traceback__)
        if isinstance(problem, Refusal):
            event["code"] = problem.code
    return event


def _without_library_text(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    record: logging.LogRecord = event["_record"]
    event["event"] = "library"
    event["library"] = record.name.split(".")[0]
    event["logger"] = f"{ROOT}.library"
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def _of_service(service: str) -> Processor:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        if service:
            event.setdefault("service", service)
        return event

    return add


BEFORE: list[Processor] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_trace,
    _without_exception_text,
]
"""What every record passes before it is written."""

# Set at import, so that nothing leaks from a process that forgot ``configure_logs``.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        *BEFORE,
        redacted,
        ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=LoggerFactory(),
    wrapper_class=NeutralLogger,
)
