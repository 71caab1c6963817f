"""What rights does when the other services answer."""

from services.intake.rights import usecases
from services.intake.rights.domain import Service
from shared.contracts.reminders import RemindersRequestSettled
from shared.contracts.reports import ReportsRequestSettled
from shared.contracts.sessions import SessionsRequestSettled
from shared.events.inbox import Subscriptions
from shared.store import UnitOfWork

Settled = SessionsRequestSettled | RemindersRequestSettled | ReportsRequestSettled


def on_request_settled(work: UnitOfWork, event: Settled) -> None:
    """Keep what a service stopped, removed and destroyed."""
    usecases.take_receipt(
        work,
        clinic_id=event.clinic_id,
        errand_id=event.request_id,
        service=Service(event.stream.split(".")[0]),
        stopped=event.stopped,
        removed=event.removed,
        keys=event.keys,
        at=event.occurred_at,
    )


SUBSCRIPTIONS: Subscriptions = {
    SessionsRequestSettled: on_request_settled,
    RemindersRequestSettled: on_request_settled,
    ReportsRequestSettled: on_request_settled,
}
