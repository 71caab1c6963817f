"""Which questions are asked now, from the file that holds them."""

import tomllib
from functools import cache
from pathlib import Path

from services.reminders.questions.domain import QuestionSet, newest, read_bank
from shared.spoken import spoken_for

BANK = Path(__file__).with_name("bank.toml")
WORDS = Path(__file__).with_name("words")
OWN = "en"
"""The language of the bank itself."""

WEEKLY, WITH_ITEMS = "weekly", "weekly.items"
"""What may be asked of everybody, and what besides takes a purpose of its own."""


@cache
def bank() -> tuple[QuestionSet, ...]:
    """Return every set that was ever asked."""
    return read_bank(tomllib.loads(BANK.read_text(encoding="utf-8")))


def plain_set() -> QuestionSet:
    """Return the weekly set that may be asked of everybody now."""
    return newest(bank(), WEEKLY)


def set_with_items() -> QuestionSet:
    """Return the weekly set that takes a purpose of its own, as it is now."""
    return newest(bank(), WITH_ITEMS)


def set_asked(code: str, version: int) -> QuestionSet | None:
    """Return a set that was asked; None for one that never was."""
    return next((one for one in bank() if (one.code, one.version) == (code, version)), None)


def in_language(asked: QuestionSet, language: str) -> QuestionSet:
    """Return a set in the words of a language; raises NotInThisLanguage."""
    if language.partition("-")[0] == OWN:
        return asked
    return asked.spoken(spoken_for(WORDS, language).says)
