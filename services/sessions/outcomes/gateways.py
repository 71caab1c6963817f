"""Reading every feed to its end, before something is counted."""

from collections.abc import Callable

from shared.contracts.streams import streams_for
from shared.errors import Unreachable
from shared.events.listener import Repair

Complete = Callable[[], bool]
"""Reads all that other services have told, and says whether the end was reached."""


def reading_all(repair: Repair, service: str) -> Complete:
    """Return what reads every partition of every stream that a service listens to."""
    places = [
        (stream.name, partition)
        for stream in streams_for(service)
        for partition in range(stream.partitions)
        if stream.teller != "reports"
    ]

    def read() -> bool:
        try:
            return all(repair.read_up(place) for place in places)
        except Unreachable:
            return False

    return read
