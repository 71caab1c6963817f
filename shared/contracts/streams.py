"""The streams: units of subscription, of numbering and of permission."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Stream:
    """Facts of one teller for one class of listeners.

    ``partitions`` is fixed for the life of a generation. A private stream travels on an
    exchange of its own, with credentials of its own.
    """

    name: str
    partitions: int
    listeners: frozenset[str]
    private: bool = False

    @property
    def teller(self) -> str:
        """The one service that records facts in this stream."""
        return self.name.split(".")[0]

    def partition_of(self, subject_id: UUID) -> int:
        """Return the partition in which all facts about a subject stand, in order.

        The low half of a UUID is random in versions 4 and 7, and the same everywhere.
        """
        return (subject_id.int & 0xFFFF_FFFF) % self.partitions


def _stream(name: str, partitions: int, listeners: str, *, private: bool = False) -> Stream:
    return Stream(name, partitions, frozenset(listeners.split()), private)


STREAMS = {
    stream.name: stream
    for stream in (
        _stream("intake.clinics", 1, "sessions reminders reports"),
        _stream("intake.people", 4, "sessions reminders"),
        _stream("intake.consent", 4, "sessions reminders", private=True),
        _stream("intake.contributions", 1, "reports"),
        _stream("sessions.work", 4, "reminders"),
        _stream("sessions.contributions", 1, "reports"),
        _stream("sessions.settled", 1, "intake"),
        _stream("reminders.forms", 4, "sessions", private=True),
        _stream("reminders.availability", 4, "intake sessions"),
        _stream("reminders.private", 4, "intake sessions", private=True),
        _stream("reminders.contributions", 1, "reports"),
        _stream("reminders.settled", 1, "intake"),
        _stream("reports.releases", 1, "sessions"),
        _stream("reports.settled", 1, "intake"),
    )
}


def streams_of(teller: str) -> list[Stream]:
    """Return the streams in which a service tells."""
    return [stream for stream in STREAMS.values() if stream.teller == teller]


def streams_for(listener: str) -> list[Stream]:
    """Return the streams to which a service listens, always whole."""
    return [stream for stream in STREAMS.values() if listener in stream.listeners]
