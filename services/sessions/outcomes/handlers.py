"""What outcomes does when intake speaks of a clinic."""

from datetime import timedelta

from services.sessions.outcomes import usecases
from services.sessions.roster import handlers as roster
from shared.contracts.intake import ClinicRegistered
from shared.events.content import Apply, Content, Reference
from shared.events.inbox import Subscriptions
from shared.store import UnitOfWork


def subscriptions(grace: timedelta) -> Subscriptions:
    """Return what is done when a clinic joins: its first quarter is noted for closing."""

    def on_clinic_registered(work: UnitOfWork, event: ClinicRegistered) -> None:
        roster.on_clinic_registered(work, event)
        usecases.plan_closing(work, clinic_id=event.clinic_id, since=event.occurred_at, grace=grace)

    return {ClinicRegistered: on_clinic_registered}


def applying_clinics(grace: timedelta) -> Apply:
    """Return what is done with a clinic's details: kept, and the closing moved to its zone."""

    def apply_clinic(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
        roster.apply_clinic(work, reference, content)
        usecases.plan_closing(work, clinic_id=reference.clinic_id, since=None, grace=grace)

    return apply_clinic
