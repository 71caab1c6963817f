"""One thread through everything that a single click sets off, told as W3C trace context.

Numbers here are random and name nobody. A collector (OpenTelemetry) can take over later: it needs
only ``current()`` and ``following()``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from secrets import token_hex

WRITTEN = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")

_current: ContextVar["Trace | None"] = ContextVar("trace", default=None)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where we are: 32 hexadecimal digits for the whole, 16 for this step, 2 of flags."""

    trace_id: str
    step_id: str
    flags: str = "01"

    @property
    def traceparent(self) -> str:
        """Return this step as a ``traceparent`` header."""
        return f"00-{self.trace_id}-{self.step_id}-{self.flags}"

    def child(self) -> "Trace":
        """Return a new step of the same trace."""
        return replace(self, step_id=token_hex(8))


def start() -> Trace:
    """Return the first step of a new trace."""
    return Trace(trace_id=token_hex(16), step_id=token_hex(8))


def parse(traceparent: str | None) -> Trace | None:
    """Return the trace that a header speaks of; None where it does not follow the standard."""
    found = WRITTEN.fullmatch(traceparent or "")
    if found is None:
        return None
    trace_id, step_id, flags = found.groups()
    return Trace(trace_id=trace_id, step_id=step_id, flags=flags)


def current() -> Trace | None:
    """Return the step that runs now; None outside of any."""
    return _current.get()


def current_traceparent() -> str:
    """Return the ``traceparent`` to send along, starting a trace where there is none."""
    return (_current.get() or start()).traceparent


@contextmanager
def following(traceparent: str | None) -> Iterator[Trace]:
    """Run a step that continues the given trace, or begins one."""
    before = parse(traceparent)
    step = before.child() if before else start()
    token = _current.set(step)
    try:
        yield step
    finally:
        _current.reset(token)
