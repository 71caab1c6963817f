"""What intake asks members to permit: the texts, word for word, and what each answer means."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.consent.decision import Because, Decision
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import Text
from shared.contracts.words import Channel, Purpose
from shared.errors import Refusal

SEAT = "consent"
"""What a seat for these questions is called."""

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
A_YEAR = 12


class AnswerNotUsable(Refusal):
    """Choose yes or no for each question that you want to answer."""


class HowNotUsable(Refusal):
    """Say how and where the person told you: on paper or in words, and alone."""


class NotYours(Refusal):
    """Only the clinician who treats them can do this."""

    status = 403


def _text(purpose: Purpose, question: str, *points: str) -> Text:
    return Text(
        purpose=purpose,
        template=purpose,
        version=1,
        locale="en",
        question=question,
        points=points,
        months=A_YEAR,
        material=True,
        in_force_from=FIRST_DAY,
    )


TEXTS: Sequence[Text] = (
    _text(
        Purpose.CHECKIN_EMAIL,
        "May we e-mail you a link to a short form?",
        "You choose the address, the days and the times.",
        "You can say no. Saying no will not change your care.",
        "You can stop at any time.",
        "E-mails can be seen by people who use your phone or computer.",
    ),
    _text(
        Purpose.CHECKIN_SMS,
        "May we text you a link to a short form?",
        "You choose the number, the days and the times.",
        "You can say no. Saying no will not change your care.",
        "You can stop at any time.",
        "Texts can be seen by people who use your phone.",
    ),
    _text(
        Purpose.REPORT_AGGREGATE,
        "May we count your answers in a clinic report?",
        "The report shows only large groups. It has no names.",
        "We do not show a number when the group is small.",
        "You can say no. Saying no will not change your care.",
        "You can stop at any time. We cannot take your answers out of a report that is already "
        "made.",
    ),
)
"""Every text that was ever in force. A change is a new version; none is edited or removed."""

ASKED_NOW = (Purpose.CHECKIN_EMAIL, Purpose.REPORT_AGGREGATE)
"""What a seat asks. Text messages are asked about once intake keeps phone numbers."""

CHANNEL_PURPOSES = {
    Channel.EMAIL: Purpose.CHECKIN_EMAIL,
    Channel.SMS: Purpose.CHECKIN_SMS,
}
PURPOSE_WORDS = {
    Purpose.CHECKIN_EMAIL: "E-mails with a short form",
    Purpose.CHECKIN_SMS: "Text messages with a short form",
    Purpose.REPORT_AGGREGATE: "Being counted in clinic reports",
}
STATE_WORDS = {
    Because.GIVEN: "Permitted",
    Because.NEVER_ASKED: "Not asked yet",
    Because.REFUSED: "Not permitted",
    Because.WITHDRAWN: "No longer permitted",
    Because.NOT_YET: "Permitted later",
    Because.ENDED: "Ended: ask again",
    Because.TEXT_CHANGED: "The text has changed: ask again",
}
METHOD_WORDS = {
    Method.ON_SCREEN: "On the screen",
    Method.SPOKEN: "In words",
    Method.ON_PAPER: "On paper",
    Method.STOP_LINK: "By the link that stops messages",
}
SETTING_WORDS = {
    Setting.ALONE_AT_CLINIC: "Alone at the clinic",
    Setting.ALONE_BY_PHONE: "Alone by phone",
    Setting.ALONE_BY_LINK: "Alone by link",
}
STAFF_METHODS = (Method.SPOKEN, Method.ON_PAPER)
STAFF_SETTINGS = (Setting.ALONE_AT_CLINIC, Setting.ALONE_BY_PHONE)


def state_after(present: Decision, *, permits: bool) -> State:
    """Return what an answer is called: a no after a yes that still holds is a withdrawal."""
    if permits:
        return State.GIVEN
    return State.WITHDRAWN if present.permits else State.REFUSED


def counted_until(decisions: Sequence[Decision]) -> datetime | None:
    """Return until when an episode may be counted: as long as everyone permits it."""
    ends = [decision.ends_at for decision in decisions if decision.permits]
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(decisions) else None


def still_missing(emails: Decision) -> list[str]:
    """Return what the first check-in lacks; the same words whatever was said, or never asked."""
    return [] if emails.permits else ["Consent to e-mails, which you ask for alone"]
