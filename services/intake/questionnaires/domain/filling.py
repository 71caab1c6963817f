"""Filling a pack in: what an answer may be, in which language, and what is refused."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from services.intake.questionnaires.domain.packs import Item, Kind, Language, Pack, Section
from shared.errors import Refusal

SEAT = "questions"
"""What a seat for questionnaires is called."""

DEPENDS = "depends"
"""An answer that our own items take besides their own; leaving one out is the other."""

MOST_LETTERS = 4000
FIRST_LANGUAGE = "en"

Answer = int | str | list[str]
Given = Callable[[str], Sequence[str]]
"""Returns what a form holds under a name."""


class Method(StrEnum):
    """How answers came in."""

    ON_SCREEN = "on_screen"
    ON_PAPER = "on_paper"
    SCORE_ONLY = "score_only"


class NothingChosen(Refusal):
    """Choose at least one questionnaire."""


class AnswerTooLong(Refusal):
    """Use at most 4,000 letters for one answer. Go back: what you wrote is still on the page."""


class NotOffered(Refusal):
    """This questionnaire cannot be filled in here. Choose one from the list."""


class ScoreOutOfRange(Refusal):
    """This score lies outside the range of the questionnaire. Check it on the paper."""


class DayNotYet(Refusal):
    """This day is still to come. Give the day on which it was filled in."""


class AnswersMissing(Refusal):
    """Nothing was filled in. Write down at least one answer."""


class ThresholdNotOpen(Refusal):
    """The source of this threshold was looked up. It cannot be changed here."""


class ThresholdNotUsable(Refusal):
    """Give a number of points within the range of the score, and where it is from."""


def language_for(pack: Pack, wanted: str) -> Language:
    """Return a pack in the language that a person asked for, else in English, else in its first."""
    for code in (wanted, wanted.split("-")[0], FIRST_LANGUAGE):
        if code in pack.languages:
            return pack.languages[code]
    return next(iter(pack.languages.values()))


def takes_depends(pack: Pack, item: Item) -> bool:
    """Say whether "it depends" is an answer; published questionnaires keep their own answers."""
    return pack.own and item.kind in TAKE_DEPENDS


def read_section(pack: Pack, section: Section, given: Given) -> dict[str, Answer]:
    """Return what was answered on one page; what was left out or is not understood is left out."""
    read = {item.code: _read(pack, item, given(item.code)) for item in section.items}
    return {code: answer for code, answer in read.items() if answer is not None and answer != []}


def _read(pack: Pack, item: Item, given: Sequence[str]) -> Answer | None:
    if item.kind is Kind.SEVERAL:
        return [code for code in item.options if code in given]
    text = given[0].strip() if given else ""
    if text == DEPENDS and takes_depends(pack, item):
        return DEPENDS
    return READERS[item.kind](item, text)


def _number(item: Item, text: str) -> Answer | None:
    return {str(value): value for value in item.values}.get(text)


def _code(item: Item, text: str) -> Answer | None:
    return text if text in item.options else None


def _lines(_item: Item, text: str) -> Answer | None:
    lines = [line.strip() for line in _fitting(text).splitlines()]
    return [line for line in lines if line]


def _own_words(_item: Item, text: str) -> Answer | None:
    return _fitting(text) or None


def _fitting(text: str) -> str:
    """Return a text with its line breaks as browsers count them; raises AnswerTooLong."""
    counted = text.replace("\r\n", "\n")
    if len(counted) > MOST_LETTERS:
        raise AnswerTooLong
    return counted


TAKE_DEPENDS = frozenset({Kind.SCALE, Kind.STEPS, Kind.CHOICE})
READERS: Mapping[Kind, Callable[[Item, str], Answer | None]] = {
    Kind.SCALE: _number,
    Kind.STEPS: _number,
    Kind.CHOICE: _code,
    Kind.LINES: _lines,
    Kind.TEXT: _own_words,
}
