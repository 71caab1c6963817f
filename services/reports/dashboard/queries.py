"""What the pages show of releases: the list, one with its neighbours, and what is on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.reports.contributions.domain import Quarter
from services.reports.dashboard.domain.pictures import couples_words, headline_cell
from services.reports.releases import queries as releases
from services.reports.releases.domain.document import Json
from services.reports.releases.domain.schedule import CUT_OFF
from services.reports.releases.models import Release
from shared.store import UnitOfWork

LONGEST_RUN = 12
MOST_LINES = 4
"""As many lines as can be told apart without their colours."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A release in a list."""

    id: UUID
    period: int
    quarter: Quarter
    number: int
    published_at: datetime
    data_until: datetime
    couples: str
    sha256: str
    period_words: str


@dataclass(frozen=True, kw_only=True)
class Underway:
    """A quarter that is on its way to be a release."""

    quarter: Quarter
    expected: int
    complete: int
    out_by: date


@dataclass(frozen=True, kw_only=True)
class Run:
    """How the headline shares went, quarter by quarter; None where a share was not printed."""

    quarters: Sequence[str]
    shares: Sequence[tuple[str, Sequence[float | None]]]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A release with what stands beside it on its page."""

    entry: Entry
    document: Json
    before: Json | None
    run: Run
    text: str


def listed(work: UnitOfWork, organization_id: UUID) -> Sequence[Entry]:
    """Return the releases of an organization, the latest first. Raises Altered."""
    return [_entry(one) for one in releases.releases_of(work, organization_id)]


def on_their_way(work: UnitOfWork, organization_id: UUID) -> Sequence[Underway]:
    """Return the quarters that some clinic has closed and whose release is not out yet."""
    return [
        Underway(
            quarter=one.quarter,
            expected=len(one.expected),
            complete=len(one.complete),
            out_by=(one.quarter.ends_at + CUT_OFF).date(),
        )
        for one in releases.underway(work, organization_id)
    ]


def opened(work: UnitOfWork, *, organization_id: UUID | None, release_id: UUID) -> Opened:
    """Return one release of an organization. Raises NotFound, Altered."""
    release = releases.release_of(work, organization_id=organization_id, release_id=release_id)
    until = [
        one
        for one in releases.releases_of(work, release.organization_id)
        if one.period <= release.period
    ][:LONGEST_RUN]
    documents = [releases.opened(one) for one in until]
    return Opened(
        entry=_entry(release),
        document=documents[0],
        before=documents[1] if len(documents) > 1 else None,
        run=run(documents[::-1]),
        text=release.document,
    )


def run(documents: Sequence[Json]) -> Run:
    """Return how the headline shares of the last document went through all of them."""
    marked = [table for table in documents[-1]["tables"] if table["headline"]][:MOST_LINES]
    return Run(
        quarters=[Quarter.of(document["period"]).short for document in documents],
        shares=[
            (table["headline_short"], [_share(document, table) for document in documents])
            for table in marked
        ],
    )


def _share(document: Json, like: Json) -> float | None:
    for table in document["tables"]:
        if (table["measure"], table["headline"]) == (like["measure"], like["headline"]):
            found: float | None = headline_cell(table).get("percent")
            return found
    return None


def _entry(release: Release) -> Entry:
    document = releases.opened(release)
    most = max(document["tables"], key=lambda table: table["organization"]["couples"] or 0)
    quarter = Quarter.of(release.period)
    return Entry(
        id=release.id,
        period=release.period,
        quarter=quarter,
        number=release.number,
        published_at=release.published_at,
        data_until=datetime.fromisoformat(document["data_until"]),
        couples=couples_words(most["organization"]),
        sha256=release.sha256,
        period_words=str(quarter),
    )
