"""What is done about consent: people are asked, answers kept, pauses made, reports told."""

from services.intake.consent.usecases.answering import (
    answer,
    note_stop,
    record_for_person,
    stop_channel,
    take_down,
)
from services.intake.consent.usecases.asking import (
    answer_by_link,
    ask_by_link,
    call_back,
    hand_over,
    open_in_browser,
)
from services.intake.consent.usecases.counting import (
    CountedByTexts,
    count_again,
    end_contributions,
)
from services.intake.consent.usecases.paper import note_paper
from services.intake.consent.usecases.pausing import (
    end_permissions,
    pause,
    pause_at_joining,
    settle_pause,
    wait,
)
from services.intake.consent.usecases.separating import separate

__all__ = [
    "CountedByTexts",
    "answer",
    "answer_by_link",
    "ask_by_link",
    "call_back",
    "count_again",
    "end_contributions",
    "end_permissions",
    "hand_over",
    "note_paper",
    "note_stop",
    "open_in_browser",
    "pause",
    "pause_at_joining",
    "record_for_person",
    "separate",
    "settle_pause",
    "stop_channel",
    "take_down",
    "wait",
]
