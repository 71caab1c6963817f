"""What reports does when other services speak."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from marshmallow import ValidationError

from services.reports.contributions import usecases
from services.reports.contributions.domain import ContributionsUnfit, Teller, Told
from services.reports.contributions.queries import content_kind
from services.reports.contributions.schemas import ContributionsSchema
from shared.clock import Now
from shared.contracts.intake import ClinicRegistered, ContributionChanged, ContributionEnded
from shared.contracts.reminders import RemindersPeriodClosed
from shared.contracts.reports import ReportsRequestSettled
from shared.contracts.sessions import SessionsPeriodClosed
from shared.events.content import Content, Reference, Wanting
from shared.events.inbox import Batch, Subscriptions
from shared.store import UnitOfWork

CONTRIBUTIONS = ContributionsSchema()


def on_clinic_registered(work: UnitOfWork, event: ClinicRegistered) -> None:
    """A clinic has joined, moved or changed its name."""
    usecases.place_clinic(
        work,
        clinic_id=event.clinic_id,
        organization_id=event.organization_id,
        version=event.version,
        registered_at=event.occurred_at,
    )
    work.want(
        "intake.clinic",
        clinic_id=event.clinic_id,
        subject_id=event.clinic_id,
        version=event.version,
    )


def on_contributions_changed(work: UnitOfWork, events: Sequence[ContributionChanged]) -> None:
    """Couples may be counted, or may not."""
    told: dict[UUID, list[Told]] = defaultdict(list)
    for event in events:
        told[event.clinic_id].append(Told(event.episode_id, event.permitted, event.revision))
    for clinic_id, theirs in told.items():
        usecases.note_permissions(work, clinic_id=clinic_id, told=theirs)


def on_contribution_ended(work: UnitOfWork, event: ContributionEnded) -> None:
    """A couple is never counted again; what it contributed is removed, and that is answered."""
    told = Told(event.episode_id, False, event.revision)
    removed = usecases.note_permissions(work, clinic_id=event.clinic_id, told=[told])
    work.record(
        ReportsRequestSettled(
            clinic_id=event.clinic_id,
            occurred_at=event.occurred_at,
            request_id=event.request_id,
            stopped=1,
            removed=removed,
            keys=0,
        )
    )


def on_period_closed(work: UnitOfWork, event: SessionsPeriodClosed | RemindersPeriodClosed) -> None:
    """A teller's contributions of a quarter are frozen."""
    usecases.note_closing(
        work,
        clinic_id=event.clinic_id,
        period=event.period,
        teller=Teller(event.stream.split(".")[0]),
        closed_at=event.occurred_at,
    )


SUBSCRIPTIONS: Subscriptions = {
    ClinicRegistered: on_clinic_registered,
    ContributionChanged: Batch(on_contributions_changed),
    ContributionEnded: on_contribution_ended,
    SessionsPeriodClosed: on_period_closed,
    RemindersPeriodClosed: on_period_closed,
}


def wanting(now: Now) -> list[Wanting]:
    """Return what is done with the content that these events refer to."""

    def accept(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
        given = _read(reference, content)
        usecases.accept_contributions(
            work,
            clinic_id=reference.clinic_id,
            period=reference.version,
            teller=Teller(reference.teller),
            rows=given["rows"],
            now=now(),
        )

    contributions = [Wanting(kind=content_kind(teller), apply=accept) for teller in Teller]
    return [Wanting(kind="intake.clinic", apply=apply_clinic), *contributions]


def apply_clinic(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
    """Keep how a clinic is called; a clinic that is gone keeps its last name."""
    if content is None:
        return
    usecases.name_clinic(
        work,
        clinic_id=UUID(str(reference.clinic_id)),
        name=str(content["name"])[:200],
        organization_name=str(content["organization_name"])[:200],
    )


def _read(reference: Reference, content: Content | None) -> Content:
    """Return contributions in their shape; gone ones are none. Raises ContributionsUnfit."""
    if content is None:
        return {"period": reference.version, "rows": []}
    try:
        given: Content = CONTRIBUTIONS.load(content)
    except ValidationError:
        raise ContributionsUnfit from None
    if given["period"] != reference.version:
        raise ContributionsUnfit
    return given
