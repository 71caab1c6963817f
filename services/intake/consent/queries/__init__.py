"""What members permit now, what they said before, and what follows from it."""

from services.intake.consent.queries.asking import Asking, request_behind
from services.intake.consent.queries.consequences import going_on, rehearse
from services.intake.consent.queries.standing import (
    Ending,
    all_count,
    asked_at_seat,
    asked_in,
    controller_of,
    decisions_on,
    endings,
    language_of,
    note_look,
    open_pause,
    pauses_of,
    refusal_of,
    revisions,
    shown_to,
    someone_on_duty,
    standing,
    still_missing,
    why_paused,
)

__all__ = [
    "Asking",
    "Ending",
    "all_count",
    "asked_at_seat",
    "asked_in",
    "controller_of",
    "decisions_on",
    "endings",
    "going_on",
    "language_of",
    "note_look",
    "open_pause",
    "pauses_of",
    "refusal_of",
    "rehearse",
    "request_behind",
    "revisions",
    "shown_to",
    "someone_on_duty",
    "standing",
    "still_missing",
    "why_paused",
]
