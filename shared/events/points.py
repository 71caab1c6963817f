"""The named points between a commit and its effect at which a crash test may stop a process.

In production nothing happens there.
"""

from collections.abc import Callable

Reach = Callable[[str], None]
"""Called with the name of each point as it is reached."""

POINTS = (
    "work.recorded",
    "work.committed",
    "relay.sequenced",
    "relay.published",
    "relay.confirmed",
    "relay.noted",
    "listener.heard",
    "listener.applied",
    "listener.committed",
    "listener.acknowledged",
)
"""Every point, in the order in which a fact passes them."""


def pass_by(_point: str) -> None:
    """Reach a named point without stopping."""
