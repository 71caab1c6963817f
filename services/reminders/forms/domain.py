"""What a sent form means."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reminders.questions.domain import Answer, QuestionSet

STOP_QUESTION, STOP_ANSWER = "Q19", "stop"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a person sent: their answers, and whether to stop what they try or these messages."""

    answers: Mapping[str, Answer]
    stop_plan: bool
    stop_messages: bool
    not_now: bool


def read_form(asked: QuestionSet, given: Mapping[str, str]) -> Sent:
    """Return what a form means; whatever is missing or not understood was skipped."""
    answers = asked.read(given)
    return Sent(
        answers=answers,
        stop_plan="stop_plan" in given or answers.get(STOP_QUESTION) == STOP_ANSWER,
        stop_messages="stop_messages" in given,
        not_now="not_now" in given,
    )
