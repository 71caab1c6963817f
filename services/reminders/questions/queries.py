"""Which questions are asked now, from the file that holds them."""

import tomllib
from functools import cache
from pathlib import Path

from services.reminders.questions.domain import QuestionSet, newest, read_bank

BANK = Path(__file__).with_name("bank.toml")
WEEKLY = "weekly"


@cache
def bank() -> tuple[QuestionSet, ...]:
    """Return every set that was ever asked."""
    return read_bank(tomllib.loads(BANK.read_text(encoding="utf-8")))


def weekly_set() -> QuestionSet:
    """Return what the weekly form asks now."""
    return newest(bank(), WEEKLY)
