"""What may be used in a talk alone, and when everybody was asked.

A module says on what ground it is here and with whom it was tried, or it is refused. None of them
is scored: what was said is for the treating clinician to read, and judging it is theirs alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.intake.questionnaires.domain.packs import Licence
from services.intake.questionnaires.domain.reading import read_licence
from services.intake.questionnaires.domain.tables import Table, hash_of
from shared.errors import Refusal

MOST_LETTERS = 4000
NO_LANGUAGE = "Say in which languages it is, and who reviewed each."
NOT_PERMITTED = "Its licence does not permit that its questions are shipped."


class Said(StrEnum):
    """What may be taken down of one question of a module."""

    YES = "yes"
    NO = "no"
    UNSAID = "unsaid"


class NotAlone(Refusal):
    """This counts only when nobody else was in the room or on the line. Speak with them alone."""


class DayNotYet(Refusal):
    """This day is still to come. Give the day on which you spoke with them alone."""


class NoSuchModule(Refusal):
    """Choose how you asked from the list."""


class NotesTooLong(Refusal):
    """Use at most 4,000 letters for notes. Nothing was kept yet."""


class NotAskedYet(Refusal):
    """Nothing joint can begin here yet: speak with each member alone first."""


class AlreadyTakenBack(Refusal):
    """This entry was taken back already."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a module, in the module's own wording."""

    code: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """A way of asking: its licence, source and limits, and its questions where they may ship.

    ``languages`` says who reviewed each; nobody means that a native reviewer is needed.
    """

    code: str
    version: int
    name: str
    licence: Licence
    source: str
    population: str
    languages: Mapping[str, str]
    questions: Sequence[Question]
    hash: str


def read_module(written: Mapping[str, Any], *, file: str) -> Module:
    """Return the module that a file spells. Raises BadPack with every reason against it."""
    whole = Table(file, written)
    languages = whole.table("languages")
    module = Module(
        code=whole.text("code"),
        version=whole.whole("version", least=1),
        name=whole.text("name"),
        licence=read_licence(whole),
        source=whole.text("source"),
        population=whole.text("population"),
        languages={code: languages.words(code) for code in languages.written},
        questions=[_question(one) for one in whole.tables("questions")],
        hash=hash_of(written),
    )
    permitted = whole.truth("questions_permitted")
    if module.questions and not permitted:
        whole.fault("questions", NOT_PERMITTED)
    if not module.languages:
        whole.fault("languages", NO_LANGUAGE)
    whole.nothing_else()
    whole.refuse_faults()
    return module


def everyone_asked(members: Collection[Any], asked: Collection[Any]) -> bool:
    """Say whether each present member was asked alone; nobody at all is not everyone."""
    return bool(members) and set(members) <= set(asked)


def fitting_notes(notes: str) -> str:
    """Return notes with their line breaks as browsers count them; raises NotesTooLong."""
    kept = notes.strip().replace("\r\n", "\n")
    if len(kept) > MOST_LETTERS:
        raise NotesTooLong
    return kept


def read_answers(module: Module, given: Mapping[str, str]) -> dict[str, str]:
    """Return what was taken down of a module's questions; the rest is left out."""
    found = {one.code: given.get(f"q-{one.code}", "") for one in module.questions}
    return {code: said for code, said in found.items() if said in list(Said)}


def _question(table: Table) -> Question:
    question = Question(code=table.text("code"), says=table.text("says"))
    table.nothing_else()
    return question
