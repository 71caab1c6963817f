"""What is done about what may be tried: offered, answered by each alone, begun and ended."""

from services.sessions.plans.usecases.answering import record_answer, stop_by_form
from services.sessions.plans.usecases.offering import (
    end_care,
    end_when_due,
    offer_plan,
    release_plan,
    start_plan,
    stop_everything,
    stop_plan,
    take_back_offer,
)

__all__ = [
    "end_care",
    "end_when_due",
    "offer_plan",
    "record_answer",
    "release_plan",
    "start_plan",
    "stop_by_form",
    "stop_everything",
    "stop_plan",
    "take_back_offer",
]
