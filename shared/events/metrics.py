"""What the backbone counts; labels hold services, streams and codes, never an id."""

from prometheus_client import Counter, Gauge

COUNTED = {
    "told": "events confirmed by the broker",
    "applied": "events applied, by the way they came",
    "duplicates": "events passed over because they were known",
    "gaps": "gaps met in what the broker delivered",
    "repairs": "feed reads that brought something new",
    "parked": "events parked, by class of error",
    "unconfirmed": "publishing rounds that ended in doubt, by reason",
    "unreadable": "messages that were no events, by code",
    "unknown": "events of a type that is not known here",
    "reconnects": "broker connections made anew, by purpose",
    "dead_letters": "messages the broker gave up on; the feed holds what they held",
}

SHOWN = {
    "stopped": "partitions stopped because their generation differs",
    "undelivered": "parked events, by status",
    "undelivered_age_seconds": "age of the oldest parked event",
    "untold": "facts not yet confirmed by the broker",
    "untold_age_seconds": "age of the oldest such fact",
    "lag": "events between a teller's head and the cursor, by stream",
    "wanted": "content referred to and not yet fetched",
}


LABELS = {
    "applied": ["way"],
    "parked": ["error"],
    "unconfirmed": ["reason"],
    "unreadable": ["code"],
    "reconnects": ["purpose"],
    "undelivered": ["status"],
    "lag": ["stream"],
}

_COUNTERS = {
    name: Counter(f"attune_events_{name}", says, ["service", *LABELS.get(name, [])])
    for name, says in COUNTED.items()
}
_GAUGES = {
    name: Gauge(
        f"attune_events_{name}",
        says,
        ["service", *LABELS.get(name, [])],
        multiprocess_mode="mostrecent",
    )
    for name, says in SHOWN.items()
}


def count(service: str, name: str, by: int = 1, **labels: str) -> None:
    """Add to one of the figures that only grow."""
    _COUNTERS[name].labels(service=service, **labels).inc(by)


def show(service: str, name: str, value: float, **labels: str) -> None:
    """Set one of the figures that go up and down."""
    _GAUGES[name].labels(service=service, **labels).set(value)
