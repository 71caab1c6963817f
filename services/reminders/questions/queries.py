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

WEEKLY = "weekly"


@cache
def bank() -> tuple[QuestionSet, ...]:
    """Return every set that was ever asked."""
    return read_bank(tomllib.loads(BANK.read_text(encoding="utf-8")))


def weekly_set(language: str = OWN) -> QuestionSet:
    """Return what the weekly form asks now, in a language; raises NotInThisLanguage."""
    return _spoken(newest(bank(), WEEKLY), language)


def set_asked(code: str, version: int, language: str) -> QuestionSet | None:
    """Return a set that was asked, in a language; None for one that never was."""
    for one in bank():
        if (one.code, one.version) == (code, version):
            return _spoken(one, language)
    return None


def _spoken(asked: QuestionSet, language: str) -> QuestionSet:
    if language.partition("-")[0] == OWN:
        return asked
    return asked.spoken(spoken_for(WORDS, language).says)
