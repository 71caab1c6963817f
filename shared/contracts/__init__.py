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
        intake.ContributionEnded,
        intake.PersonChanged,
        intake.PersonErased,
        sessions.SessionRecorded,
        sessions.PlanChanged,
        sessions.SessionsPeriodClosed,
        sessions.SessionsRequestSettled,
        reminders.PromptSettled,
        reminders.FormReceived,
        reminders.AvailabilityChanged,
        reminders.ChannelChanged,
        reminders.RemindersPeriodClosed,
        reminders.RemindersRequestSettled,
        reports.ReleasePublished,
        reports.ReportsRequestSettled,
    )
}
"""Every event type that is told, and its class."""

__all__ = ["CATALOGUE", "BadEvent", "DataClassification", "Event"]
