"""Which releases there are, and which are on their way."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from services.reports.contributions.domain import Quarter, Teller
from services.reports.contributions.models import ClinicPlace, Closing
from services.reports.contributions.queries import clinic_places, closings
from services.reports.releases.domain.document import Json, fingerprint
from services.reports.releases.domain.limits import SERIES
from services.reports.releases.domain.schedule import Progress, progress
from services.reports.releases.models import Release
from shared.errors import NotFound, Refusal
from shared.store import UnitOfWork


class Altered(Refusal):
    """This release is not as it was published, so it is not shown. Please tell your operator."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Due:
    """A quarter of an organization, and the clinics for which work on it must be opened."""

    organization_id: UUID
    clinics: frozenset[UUID]
    progress: Progress


def releases_of(work: UnitOfWork, organization_id: UUID) -> Sequence[Release]:
    """Return an organization's releases, the latest quarter first."""
    here = (Release.organization_id == organization_id) & (Release.series == SERIES)
    return work.session.scalars(select(Release).where(here).order_by(Release.period.desc())).all()


def release_of(work: UnitOfWork, *, organization_id: UUID | None, release_id: UUID) -> Release:
    """Return one release of an organization. Raises NotFound, also for another's."""
    release = work.session.get(Release, release_id)
    if release is None or release.organization_id != organization_id:
        raise NotFound
    return release


def newest_link(work: UnitOfWork, organization_id: UUID) -> Release | None:
    """Return the release to which the next one of an organization is chained."""
    return max(releases_of(work, organization_id), key=lambda one: one.number, default=None)


def opened(release: Release) -> Json:
    """Return what a release prints. Raises Altered if it is not as it was published."""
    if fingerprint(release.document) != release.sha256:
        raise Altered
    document: Json = json.loads(release.document)
    return document


def accepted_tellers(
    work: UnitOfWork, *, clinics: Collection[UUID], period: int
) -> dict[UUID, set[Teller]]:
    """Return, for each clinic, whose contributions to a quarter are here."""
    return _accepted(closings(work, clinics=clinics, period=period))


def underway(work: UnitOfWork, organization_id: UUID) -> Sequence[Progress]:
    """Return the quarters of an organization that were closed somewhere and are not out yet."""
    places = clinic_places(work, organization_id)
    out = {release.period for release in releases_of(work, organization_id)}
    return [one.progress for one in _due_of(work, organization_id, places, out)]


def waiting(work: UnitOfWork) -> Sequence[Due]:
    """Return the quarters of all organizations that were closed somewhere and are not out yet."""
    places: dict[UUID, list[ClinicPlace]] = defaultdict(list)
    for place in clinic_places(work):
        places[place.organization_id].append(place)
    found = []
    for organization_id, theirs in places.items():
        out = {release.period for release in releases_of(work, organization_id)}
        found += _due_of(work, organization_id, theirs, out)
    return found


def _due_of(
    work: UnitOfWork, organization_id: UUID, places: Sequence[ClinicPlace], out: Collection[int]
) -> list[Due]:
    """Return an organization's quarters that are not out, the earliest first."""
    members = {place.clinic_id: place.registered_at for place in places}
    heard: dict[int, list[Closing]] = defaultdict(list)
    for closing in closings(work, clinics=members):
        if closing.period not in out:
            heard[closing.period].append(closing)
    return [
        Due(
            organization_id=organization_id,
            clinics=frozenset(members),
            progress=progress(
                Quarter.of(period), members=members, accepted=_accepted(heard[period])
            ),
        )
        for period in sorted(heard)
    ]


def _accepted(heard: Sequence[Closing]) -> dict[UUID, set[Teller]]:
    accepted = defaultdict(set)
    for closing in heard:
        if closing.accepted_at is not None:
            accepted[closing.clinic_id].add(closing.teller)
    return accepted
