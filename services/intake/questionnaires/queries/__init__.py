"""Which packs there are, what a person has filled in, and how a score lies to an earlier one."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from services.intake.people import queries as people
from services.intake.questionnaires import domain
from services.intake.questionnaires.domain import (
    Item,
    Kind,
    Language,
    Method,
    Pack,
    Section,
)
from services.intake.questionnaires.models import Questionnaire, Threshold
from services.intake.questionnaires.queries.loading import PACKS, checked, load, load_checked, packs
from shared.errors import NotFound
from shared.store import UnitOfWork

__all__ = [
    "PACKS",
    "WORDS",
    "Filled",
    "Limit",
    "Page",
    "answer_words",
    "around",
    "checked",
    "draft_of",
    "drafts_of",
    "filled_by",
    "finished",
    "limits_of",
    "load",
    "load_checked",
    "newest",
    "one_filled",
    "pack_numbered",
    "pack_of",
    "packs",
    "pages_of",
    "treated",
    "words",
]

WORDS = Path(__file__).parents[1] / "words.toml"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """From how many points on a change is called one, and who says so."""

    points: float
    source: str
    set_here: bool


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A finished questionnaire of one person; ``moved`` is against their own one before it."""

    id: UUID
    pack: Pack
    language: Language | None
    method: Method
    filled_on: date
    answers: Mapping[str, Any]
    score: float | None
    earlier: float | None
    limit: Limit | None
    moved: domain.Moved | None

    @property
    def before_known(self) -> bool:
        """Whether there is a score, and one of their own before it."""
        return self.score is not None and self.earlier is not None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a seat: the section of a draft, its words, and what was saved of it."""

    number: int
    count: int
    row: Questionnaire
    pack: Pack
    section: Section
    language: Language
    answers: Mapping[str, Any]


def newest() -> list[Pack]:
    """Return the newest version of each pack, in the order of their numbers."""
    latest = {number: pack for (number, _), pack in sorted(packs().items())}
    return list(latest.values())


def pack_numbered(number: int) -> Pack:
    """Return the newest version of a pack. Raises NotOffered."""
    found = next((pack for pack in newest() if pack.number == number), None)
    if found is None:
        raise domain.NotOffered
    return found


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return what pages say around the questions, by language."""
    return tomllib.loads(WORDS.read_text())


def around(language: str) -> Mapping[str, str]:
    """Return what pages say around the questions, in a language or else in English."""
    return words().get(language, words()["en"])


def treated(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Any:
    """Return a relationship and its member to whoever treats them; NotFound for anyone else."""
    relationship, person = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotFound
    return relationship, person


def drafts_of(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Sequence[Questionnaire]:
    """Return what a person began and did not finish, oldest first."""
    query = _of(relationship_id, person_id).where(Questionnaire.filled_on.is_(None))
    return work.session.scalars(query.order_by(Questionnaire.id)).all()


def draft_of(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID, pack: Pack
) -> Questionnaire | None:
    """Return the draft of this very pack that a person may go on with."""
    drafts = _opened(work, drafts_of(work, relationship_id, person_id))
    return next((row for row, content in drafts if pack_of(content) == pack), None)


def filled_by(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> list[Filled]:
    """Return what a person finished, latest first, each beside their own one before it."""
    query = _of(relationship_id, person_id).where(Questionnaire.filled_on.is_not(None))
    rows = work.session.scalars(query.order_by(Questionnaire.filled_on, Questionnaire.id)).all()
    limits = limits_of(work)
    earlier: dict[int, float] = {}
    found = []
    for row, content in _opened(work, rows):
        found.append(_filled(row, content, earlier, limits))
        if found[-1].score is not None:
            earlier[found[-1].pack.number] = found[-1].score
    return found[::-1]


def one_filled(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID, questionnaire_id: UUID
) -> Filled:
    """Return one finished questionnaire of a person. Raises NotFound."""
    found = filled_by(work, relationship_id, person_id)
    for one in found:
        if one.id == questionnaire_id:
            return one
    raise NotFound


def pages_of(work: UnitOfWork, *, clinic_id: UUID, seat_id: UUID) -> list[Page]:
    """Return the pages of a seat in order; none where all of it is finished."""
    query = select(Questionnaire).where(
        Questionnaire.clinic_id == clinic_id,
        Questionnaire.seat_id == seat_id,
        Questionnaire.filled_on.is_(None),
    )
    rows = work.session.scalars(query.order_by(Questionnaire.id)).all()
    spread = [
        (row, content, pack, section)
        for row, content in _opened(work, rows)
        for pack in [pack_of(content)]
        for section in pack.sections
    ]
    return [
        Page(
            number=number,
            count=len(spread),
            row=row,
            pack=pack,
            section=section,
            language=pack.languages[content["language"]],
            answers=content["answers"],
        )
        for number, (row, content, pack, section) in enumerate(spread, 1)
    ]


def pack_of(content: Mapping[str, Any]) -> Pack:
    """Return the very version that a filled-in questionnaire speaks of."""
    return packs()[content["pack"], content["version"]]


def limits_of(work: UnitOfWork) -> dict[int, Limit]:
    """Return, by number of pack, the thresholds in use: published ones, else the clinic's own."""
    found = {
        pack.number: Limit(points=pack.change.points, source=pack.change.source, set_here=False)
        for pack in newest()
        if pack.change and pack.change.verified
    }
    rows = work.session.scalars(select(Threshold).order_by(Threshold.set_at, Threshold.id))
    own = {row.pack: Limit(points=row.points, source=row.source, set_here=True) for row in rows}
    return {**own, **found}


def finished(work: UnitOfWork, references: Iterable[tuple[UUID, UUID]]) -> Sequence[Questionnaire]:
    """Return those of these (clinic, questionnaire) pairs that are finished."""
    query = select(Questionnaire).where(
        tuple_(Questionnaire.clinic_id, Questionnaire.id).in_(list(references)),
        Questionnaire.filled_on.is_not(None),
    )
    return work.session.scalars(query).all()


def _of(relationship_id: UUID, person_id: UUID) -> Any:
    return select(Questionnaire).where(
        Questionnaire.relationship_id == relationship_id, Questionnaire.person_id == person_id
    )


def _opened(
    work: UnitOfWork, rows: Iterable[Questionnaire]
) -> Iterator[tuple[Questionnaire, Mapping[str, Any]]]:
    """Yield rows with what they hold, but for those that were erased."""
    for row in rows:
        content = work.open(row, "content")
        if content is not None:
            yield row, content


def _filled(
    row: Questionnaire,
    content: Mapping[str, Any],
    earlier: Mapping[int, float],
    limits: Mapping[int, Limit],
) -> Filled:
    pack, score = pack_of(content), content["score"]
    before, limit = earlier.get(pack.number), limits.get(pack.number)
    moved = None
    if score is not None and before is not None and limit is not None:
        moved = domain.moved(pack, earlier=before, later=score, points=limit.points)
    return Filled(
        id=row.id,
        pack=pack,
        language=pack.languages.get(content["language"]),
        method=row.method,
        filled_on=row.filled_on or date.min,
        answers=content["answers"],
        score=score,
        earlier=before,
        limit=limit,
        moved=moved,
    )


def answer_words(one: Filled, item: Item, language: Language) -> list[str]:
    """Return what was answered to an item, in the words of a language; nothing where left out."""
    answer, words = one.answers.get(item.code), language.items[item.code]
    if answer is None:
        return []
    if answer == domain.DEPENDS and domain.takes_depends(one.pack, item):
        return [around(language.code)["depends"]]
    if item.kind is Kind.STEPS:
        return [f"{answer} ({item.values[0]}: {words.low}; {item.values[-1]}: {words.high})"]
    if item.kind in (Kind.TEXT, Kind.LINES):
        return answer if isinstance(answer, list) else [str(answer)]
    codes = item.values if item.kind is Kind.SCALE else item.options
    named = dict(zip(codes, words.options, strict=True))
    return [named[code] for code in (answer if isinstance(answer, list) else [answer])]
