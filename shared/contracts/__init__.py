"""The facts that services tell each other: one frozen class each, all in one catalogue."""

from shared.contracts import intake, reminders, reports, sessions
from shared.contracts.event import BadEvent, DataClassification, Event

CATALOGUE: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (
        intake.ClinicRegistered,
        intake.StaffChanged,
        intake.SignInEnded,
        intake.RelationshipOpened,
        intake.RelationshipChanged,
        intake.MemberJoined,
        intake.MemberChanged,
        intake.MemberMet,
        intake.QuestionnaireCompleted,
        intake.ConsentChanged,
        intake.ContributionChanged,
        sessions.SessionRecorded,
        sessions.PlanChanged,
        sessions.SessionsPeriodClosed,
        reminders.PromptSettled,
        reminders.FormReceived,
        reminders.AvailabilityChanged,
        reminders.ChannelChanged,
        reminders.RemindersPeriodClosed,
        reports.ReleasePublished,
    )
}
"""Every event type that is told, and its class."""

__all__ = ["CATALOGUE", "BadEvent", "DataClassification", "Event"]
