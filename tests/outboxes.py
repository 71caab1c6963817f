"""What a service has told, as those hear it who listen."""

from shared.contracts import Event
from shared.events.heard import read_again
from shared.events.outbox import with_position


def event_of(written: str) -> Event:
    """Return the event that an outbox keeps as ``written``."""
    event = read_again(with_position(written, 1, "")).event()
    assert event is not None
    return event
