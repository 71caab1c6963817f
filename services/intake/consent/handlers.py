"""What consent does when reminders speaks."""

from services.intake.consent import usecases
from shared.contracts.reminders import ChannelChanged
from shared.events.inbox import Subscriptions
from shared.store import UnitOfWork


def on_channel_changed(work: UnitOfWork, event: ChannelChanged) -> None:
    """Keep that a person stopped messages; only they, asked again, can permit them again.

    And keep whether the channel is closed: until their clinician opened it, a new yes waits.
    """
    usecases.note_stop(
        work,
        clinic_id=event.clinic_id,
        person_id=event.person_id,
        channel=event.channel,
        standing=not event.permitted,
        version=event.version,
    )
    if not event.permitted:
        usecases.stop_channel(
            work,
            clinic_id=event.clinic_id,
            person_id=event.person_id,
            channel=event.channel,
            stopped_at=event.occurred_at,
        )


SUBSCRIPTIONS: Subscriptions = {ChannelChanged: on_channel_changed}
