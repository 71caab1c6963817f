"""Facts told by sessions."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.event import DataClassification, Event
from shared.contracts.words import PlanState


@dataclass(frozen=True, kw_only=True)
class SessionRecorded(Event):
    """A progress-log entry about a session was written."""

    type = "sessions.session.recorded.v1"
    stream = "sessions.work"
    subject = "relationship_id"

    relationship_id: UUID
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanChanged(Event):
    """An experiment was offered, runs, or has ended."""

    type = "sessions.plan.changed.v1"
    stream = "sessions.work"
    subject = "relationship_id"

    relationship_id: UUID
    plan_id: UUID
    state: PlanState
    version: int


@dataclass(frozen=True, kw_only=True)
class SessionsPeriodClosed(Event):
    """A clinic's contributions of a quarter are frozen; content ``sessions.contributions``.

    ``period`` is year * 10 + quarter (20263 is the third quarter of 2026).
    """

    type = "sessions.period.closed.v1"
    stream = "sessions.contributions"
    subject = "clinic_id"
    classification = DataClassification.OPERATIONAL

    period: int


@dataclass(frozen=True, kw_only=True)
class SessionsRequestSettled(Event):
    """What was asked of this service is done: how much it stopped, removed, and keys destroyed."""

    type = "sessions.request.settled.v1"
    stream = "sessions.settled"
    subject = "request_id"

    request_id: UUID
    stopped: int
    removed: int
    keys: int
