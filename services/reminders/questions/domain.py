"""What a question is, which answers it takes, and which set is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.contracts.words import Purpose

LOWEST, HIGHEST = 0, 10
DEPENDS = "depends"
"""An answer that every question takes besides its own; not answering is the other."""

Answer = int | str

RESTS_AT_LEAST = 5
"""At least one of so many weeks is a resting week. Nobody has tested yet whether that is enough."""


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    CHOICE = "choice"


class BadBank(Exception):
    """The file of questions does not hold together; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. ``ends`` are the words at 0 and 10; ``options`` are (code, words)."""

    id: str
    says: str
    kind: Kind
    ends: tuple[str, str] = ("", "")
    options: tuple[tuple[str, str], ...] = ()

    def spoken(self, words: Mapping[str, Any]) -> "Question":
        """Return the same question in other words; raises ValueError where an option has none."""
        codes = [code for code, _ in self.options]
        return replace(
            self,
            says=words["says"],
            ends=(words["low"], words["high"]) if self.kind is Kind.SCALE else self.ends,
            options=tuple(zip(codes, words.get("options", ()), strict=True)),
        )

    def in_words(self, answer: Answer) -> str:
        """Return an answer in the words in which it was asked."""
        return dict(self.options).get(str(answer), str(answer))

    def read(self, given: str | None) -> Answer | None:
        """Return what an answer means; None for one left out or not understood."""
        if given == DEPENDS:
            return DEPENDS
        if self.kind is Kind.CHOICE:
            return given if given in dict(self.options) else None
        number = int(given) if given and given.isdecimal() and len(given) <= 2 else -1
        return number if LOWEST <= number <= HIGHEST else None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """How often a set rests, also for those who permit it: ``weeks`` of every ``of`` at least.

    Each other week rests ``besides`` with this chance: so no row of weeks tells anything for sure.
    """

    weeks: int
    of: int
    besides: float

    def on(self, day: date, person_id: UUID) -> bool:
        """Whether a day lies in a resting week of a person, by nothing but that week and their id.

        Weeks begin on Monday. Which of a row of weeks rest is drawn for each person and row anew.
        """
        row, week = divmod((day.toordinal() - 1) // 7, self.of)
        lots = [_lot(f"{person_id}/{row}/{one}") for one in range(self.of)]
        first = sorted(lots)[: self.weeks]
        return lots[week] in first or _lot(f"{person_id}/{row}/{week}/besides") < self.besides


@dataclass(frozen=True, kw_only=True)
class QuestionSet:
    """What one form asks: a first question about the moment, then the same number for all.

    ``needs``: the purpose of its own without which it is not asked, and then it has a ``rest``.
    """

    code: str
    version: int
    opens_with: Question
    asks: tuple[Question, ...]
    needs: Purpose | None = None
    rest: Rest | None = None

    def asked_on(self, day: date, person_id: UUID, *, permitted: bool) -> bool:
        """Whether this set is asked of a person on a day, if they permit what it needs or not."""
        resting = self.rest is not None and self.rest.on(day, person_id)
        return (permitted or self.needs is None) and not resting

    def spoken(self, words: Mapping[str, Mapping[str, Any]]) -> "QuestionSet":
        """Return the same set in other words; raises KeyError where a question has none."""
        return replace(
            self,
            opens_with=self.opens_with.spoken(words[self.opens_with.id]),
            asks=tuple(one.spoken(words[one.id]) for one in self.asks),
        )

    def read(self, given: Mapping[str, str]) -> dict[str, Answer]:
        """Return what was answered; what was left out or is not understood is left out."""
        read = {one.id: one.read(given.get(one.id)) for one in (self.opens_with, *self.asks)}
        return {question: answer for question, answer in read.items() if answer is not None}


def read_bank(written: Mapping[str, Any]) -> tuple[QuestionSet, ...]:
    """Return the sets that a bank spells, in its order; raises BadBank."""
    try:
        questions = {at: _question(at, one) for at, one in written["questions"].items()}
        sets = tuple(_set(one, questions) for one in written["sets"])
    except (KeyError, TypeError, ValueError) as problem:
        raise BadBank(str(problem)) from problem
    _refuse_unequal(sets)
    return sets


def newest(sets: Sequence[QuestionSet], code: str) -> QuestionSet:
    """Return the set of a code that is asked now."""
    return max((one for one in sets if one.code == code), key=lambda one: one.version)


def _question(at: str, written: Mapping[str, Any]) -> Question:
    kind = Kind(written["kind"])
    ends = (written["low"], written["high"]) if kind is Kind.SCALE else ("", "")
    options = tuple((code, words) for code, words in written.get("options", ()))
    if kind is Kind.CHOICE and not options:
        raise BadBank(f"{at} has nothing to choose from.")
    return Question(id=at, says=written["says"], kind=kind, ends=ends, options=options)


def _lot(ticket: str) -> float:
    """Return what a ticket draws, from 0 to 1; always the same."""
    return int.from_bytes(sha256(ticket.encode()).digest()) / 2**256


def _set(written: Mapping[str, Any], questions: Mapping[str, Question]) -> QuestionSet:
    return QuestionSet(
        code=written["code"],
        version=written["version"],
        opens_with=questions[written["opens_with"]],
        asks=tuple(questions[at] for at in written["asks"]),
        needs=Purpose(written["needs"]) if "needs" in written else None,
        rest=Rest(**written["rest"]) if "rest" in written else None,
    )


def _refuse_unequal(sets: Sequence[QuestionSet]) -> None:
    """Refuse a bank of which what is asked, or how it looks, would tell something of a person."""
    looks = {_look(newest(sets, one.code)) for one in sets}
    named = {(one.code, one.version) for one in sets}
    if len(looks) > 1 or len(named) < len(sets):
        raise BadBank("Sets must ask the same number of questions alike, each version once.")
    for one in sets:
        if one.needs is not None and not _rests_enough(one.rest):
            raise BadBank(f"{one.code} must rest in one of {RESTS_AT_LEAST} weeks and besides.")


def _look(asked: QuestionSet) -> tuple[Kind, ...]:
    return tuple(one.kind for one in (asked.opens_with, *asked.asks))


def _rests_enough(rest: Rest | None) -> bool:
    return rest is not None and rest.of <= rest.weeks * RESTS_AT_LEAST and rest.besides > 0
