"""Facts told by reminders."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.event import DataClassification, Event
from shared.contracts.words import Channel, PromptOutcome


@dataclass(frozen=True, kw_only=True)
class PromptSettled(Event):
    """A prompt to one person was handed over, refused, lost in doubt, or not sent."""

    type = "reminders.prompt.settled.v1"
    stream = "reminders.forms"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    relationship_id: UUID
    prompt_id: UUID
    outcome: PromptOutcome


@dataclass(frozen=True, kw_only=True)
class FormReceived(Event):
    """A person has sent in a form; content ``reminders.form``."""

    type = "reminders.form.received.v1"
    stream = "reminders.forms"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    relationship_id: UUID
    form_id: UUID


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event):
    """Whether joint things may be offered now; told for holidays and start-up alike."""

    type = "reminders.availability.changed.v1"
    stream = "reminders.availability"
    subject = "relationship_id"

    relationship_id: UUID
    available: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class ChannelChanged(Event):
    """A person has ended, or staff have reopened, a way to be reached."""

    type = "reminders.channel.changed.v1"
    stream = "reminders.private"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    channel: Channel
    permitted: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class RemindersPeriodClosed(Event):
    """A clinic's contributions of a quarter are frozen; content ``reminders.contributions``.

    ``period`` is year * 10 + quarter.
    """

    type = "reminders.period.closed.v1"
    stream = "reminders.contributions"
    subject = "clinic_id"
    classification = DataClassification.OPERATIONAL

    period: int


@dataclass(frozen=True, kw_only=True)
class RemindersRequestSettled(Event):
    """What was asked of this service is done: how much it stopped, removed, and keys destroyed."""

    type = "reminders.request.settled.v1"
    stream = "reminders.settled"
    subject = "request_id"

    request_id: UUID
    stopped: int
    removed: int
    keys: int
