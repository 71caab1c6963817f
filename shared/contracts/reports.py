"""Facts told by reports."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.event import DataClassification, Event


@dataclass(frozen=True, kw_only=True)
class ReleasePublished(Event):
    """A release of an organization is out; ``clinic_id`` holds the organization's id.

    ``period`` is year * 10 + quarter.
    """

    type = "reports.release.published.v1"
    stream = "reports.releases"
    subject = "organization_id"
    classification = DataClassification.OPERATIONAL

    organization_id: UUID
    release_id: UUID
    period: int


@dataclass(frozen=True, kw_only=True)
class ReportsRequestSettled(Event):
    """What was asked of this service is done: how much it stopped, removed, and keys destroyed."""

    type = "reports.request.settled.v1"
    stream = "reports.settled"
    subject = "request_id"

    request_id: UUID
    stopped: int
    removed: int
    keys: int
