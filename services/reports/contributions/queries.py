"""What is known of contributions: who belongs where, what was closed, and whom one may count."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from services.reports.contributions.domain import Counted, Pseudonyms, Quarter, Teller
from services.reports.contributions.models import (
    ClinicName,
    ClinicPlace,
    ClinicSecret,
    Closing,
    Contribution,
    Permission,
)
from shared.events.fetching import pending
from shared.events.tables import undelivered
from shared.store import UnitOfWork

PERMISSIONS = "intake.contributions"
AT_ONCE = 500


def content_kind(teller: Teller) -> str:
    """Return the kind of content in which a teller gives its contributions."""
    return f"{teller}.contributions"


def clinic_places(work: UnitOfWork, organization_id: UUID | None = None) -> Sequence[ClinicPlace]:
    """Return where clinics belong: those of one organization, or all."""
    places = select(ClinicPlace).order_by(ClinicPlace.clinic_id)
    if organization_id is not None:
        places = places.where(ClinicPlace.organization_id == organization_id)
    return work.session.scalars(places).all()


def clinic_names(work: UnitOfWork) -> dict[UUID, ClinicName]:
    """Return the names of this work's clinics, by clinic; one that is yet to come is missing."""
    return {row.clinic_id: row for row in work.session.scalars(select(ClinicName))}


def closings(
    work: UnitOfWork, *, clinics: Collection[UUID], period: int | None = None
) -> Sequence[Closing]:
    """Return what tellers have closed of these clinics, in one quarter or in all."""
    found = select(Closing).where(Closing.clinic_id.in_(clinics)).order_by(Closing.period)
    if period is not None:
        found = found.where(Closing.period == period)
    return work.session.scalars(found).all()


def unasked_closings(work: UnitOfWork) -> Sequence[Closing]:
    """Return, for each clinic and teller, the earliest closing whose rows nobody is fetching.

    Only one can be fetched at a time, for a later wish replaces an earlier one.
    """
    waiting = select(Closing).where(Closing.accepted_at.is_(None)).order_by(Closing.period.desc())
    earliest = {(row.clinic_id, row.teller): row for row in work.session.scalars(waiting)}
    return [row for row in earliest.values() if not being_fetched(work, row)]


def being_fetched(work: UnitOfWork, closing: Closing) -> bool:
    """Say whether contributions of this clinic and teller are wanted at the moment."""
    kind, clinic_id = content_kind(closing.teller), closing.clinic_id
    return pending(work.session.connection(), kind, clinic_id, clinic_id)


def pseudonyms(work: UnitOfWork, clinic_id: UUID) -> Pseudonyms | None:
    """Return the way a clinic's pseudonyms are made; None before the first is needed."""
    row = work.session.get(ClinicSecret, (clinic_id, clinic_id))
    return Pseudonyms(bytes.fromhex(work.open(row, "secret"))) if row else None


def counted_couples(work: UnitOfWork, *, clinic_id: UUID, quarter: Quarter) -> Sequence[Counted]:
    """Return what couples who permit it contribute to a quarter, of all tellers (RPT-03).

    A couple about which news is parked is left out: what is in doubt is not counted.
    """
    names = pseudonyms(work, clinic_id)
    if names is None:
        return []
    permitted = _permitted(work, clinic_id) - {
        names.lasting(episode) for episode in _in_doubt(work, clinic_id)
    }
    allowed = {names.of_quarter(lasting, quarter) for lasting in permitted}
    rows = work.session.execute(
        select(Contribution.pseudonym, Contribution.measure, Contribution.value).where(
            Contribution.clinic_id == clinic_id, Contribution.period == quarter.period
        )
    )
    return [Counted(*row) for row in rows if row.pseudonym in allowed]


def refused(work: UnitOfWork, clinic_id: UUID, lasting: Iterable[UUID]) -> set[UUID]:
    """Return which of these lasting pseudonyms are tombstones."""
    here = (Permission.clinic_id == clinic_id) & Permission.permitted.is_(False)
    return set(lasting) & set(work.session.scalars(select(Permission.id).where(here)))


def permissions(
    work: UnitOfWork, clinic_id: UUID, lasting: Iterable[UUID]
) -> dict[UUID, Permission]:
    """Return what is known of these couples, by lasting pseudonym."""
    wanted, found = list(lasting), dict[UUID, Permission]()
    for start in range(0, len(wanted), AT_ONCE):
        here = (Permission.clinic_id == clinic_id) & Permission.id.in_(
            wanted[start : start + AT_ONCE]
        )
        found |= {row.id: row for row in work.session.scalars(select(Permission).where(here))}
    return found


def periods_held(work: UnitOfWork, clinic_id: UUID) -> Sequence[int]:
    """Return the quarters of which a clinic's contributions are here."""
    found = select(Contribution.period).where(Contribution.clinic_id == clinic_id).distinct()
    return work.session.scalars(found).all()


def _permitted(work: UnitOfWork, clinic_id: UUID) -> set[UUID]:
    here = (Permission.clinic_id == clinic_id) & Permission.permitted.is_(True)
    return set(work.session.scalars(select(Permission.id).where(here)))


def _in_doubt(work: UnitOfWork, clinic_id: UUID) -> Sequence[UUID]:
    here = (undelivered.c.stream == PERMISSIONS) & (undelivered.c.clinic_id == clinic_id)
    return work.session.scalars(select(undelivered.c.subject_id).where(here)).all()
