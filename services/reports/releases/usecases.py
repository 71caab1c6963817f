"""Building a release: count once, protect, write down for good, tell."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.reports.contributions.domain import Quarter, Teller
from services.reports.contributions.queries import clinic_names, clinic_places, counted_couples
from services.reports.measures.queries import current_plan
from services.reports.releases import queries
from services.reports.releases.domain.document import (
    ClinicFigures,
    canonical,
    fingerprint,
    release_document,
)
from services.reports.releases.domain.limits import SERIES
from services.reports.releases.domain.schedule import progress
from services.reports.releases.models import Release
from shared.contracts.reports import ReleasePublished
from shared.errors import Conflict, Refusal
from shared.store import OutsideItsClinics, UnitOfWork


class AlreadyOut(Conflict):
    """This quarter's release is out. It stands as it is; there is never a second one."""


class NothingToRelease(Refusal):
    """No clinic here has contributed to this quarter, or the name of one is yet to come."""


def build_release(
    work: UnitOfWork, *, organization_id: UUID, period: int, now: datetime
) -> Release:
    """Publish an organization's release of a quarter, once and for good.

    ``work`` must be opened for all clinics of the organization and for the organization's own id,
    and what it reads must be proven fresh (``releases.jobs``); ``now`` is written down as the
    moment until which permissions were heeded.
    Raises AlreadyOut, NothingToRelease, NoSuchQuarter; OutsideItsClinics if a clinic is missing.
    """
    quarter = Quarter.of(period)
    if any(one.period == period for one in queries.releases_of(work, organization_id)):
        raise AlreadyOut
    clinics = _figures(work, organization_id, quarter)
    previous = queries.newest_link(work, organization_id)
    document = release_document(
        plan=current_plan(),
        quarter=quarter,
        organization_id=organization_id,
        organization_name=_organization_name(work, clinics),
        clinics=clinics,
        data_until=now,
        number=previous.number + 1 if previous else 1,
        previous_sha256=previous.sha256 if previous else None,
    )
    release = _publish(work, organization_id, period, canonical(document), previous, now)
    work.record(
        ReleasePublished(
            clinic_id=organization_id,
            occurred_at=now,
            organization_id=organization_id,
            release_id=release.id,
            period=period,
        )
    )
    return release


def _publish(
    work: UnitOfWork,
    organization_id: UUID,
    period: int,
    text: str,
    previous: Release | None,
    now: datetime,
) -> Release:
    return work.add(
        Release(
            id=work.new_id(),
            organization_id=organization_id,
            series=SERIES,
            number=previous.number + 1 if previous else 1,
            period=period,
            document=text,
            sha256=fingerprint(text),
            previous_sha256=previous.sha256 if previous else None,
            published_at=now,
        )
    )


def _figures(work: UnitOfWork, organization_id: UUID, quarter: Quarter) -> list[ClinicFigures]:
    """Return what is here of every clinic that is expected in a quarter."""
    members = {
        place.clinic_id: place.registered_at for place in clinic_places(work, organization_id)
    }
    if not work.clinics.issuperset(members):
        raise OutsideItsClinics
    accepted = queries.accepted_tellers(work, clinics=members, period=quarter.period)
    come = progress(quarter, members=members, accepted=accepted)
    names = clinic_names(work)
    if not come.any_here or not names.keys() >= set(come.expected):
        raise NothingToRelease
    return [
        _of_clinic(work, clinic_id, names[clinic_id].name, accepted, quarter)
        for clinic_id in come.expected
    ]


def _of_clinic(
    work: UnitOfWork,
    clinic_id: UUID,
    name: str,
    accepted: Mapping[UUID, Collection[Teller]],
    quarter: Quarter,
) -> ClinicFigures:
    return ClinicFigures(
        clinic_id=clinic_id,
        name=name,
        tellers=accepted.get(clinic_id, ()),
        rows=counted_couples(work, clinic_id=clinic_id, quarter=quarter),
    )


def _organization_name(work: UnitOfWork, clinics: Collection[ClinicFigures]) -> str:
    names = clinic_names(work)
    return next(names[clinic.clinic_id].organization_name for clinic in clinics)
