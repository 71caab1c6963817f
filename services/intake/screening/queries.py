"""Which ways of asking there are, who was asked alone, and what the treating clinician kept."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from services.intake.questionnaires.domain import BadPack, Fault
from services.intake.questionnaires.queries import checked
from services.intake.screening import domain
from services.intake.screening.domain import Module
from services.intake.screening.models import TalkAlone
from shared.errors import NotFound
from shared.store import UnitOfWork

MODULES = Path(__file__).parent / "modules"
ERASED: Mapping[str, Any] = {"module": None, "answers": {}, "notes": ""}
"""What is left of a talk once what was said was erased: that there was one."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A talk as the treating clinician reads it."""

    id: UUID
    held_on: date
    recorded_by: UUID | None
    taken_back: bool
    module: Module | None
    answers: Mapping[str, str]
    notes: str


@cache
def modules() -> Mapping[str, Module]:
    """Return every module that ships, by code. Raises BadPack."""
    return load_checked(MODULES)


def load_checked(folder: Path) -> Mapping[str, Module]:
    """Return the modules of a folder, each as it was when its hash was written down beside it.

    Raises BadPack, for all of them, where one is not.
    """
    return {module.code: module for module in checked(folder, _load).values()}


def load(files: Iterable[Path]) -> Mapping[str, Module]:
    """Return the modules of files, by code. Raises BadPack with what is wrong with one of them."""
    return {module.code: module for module in map(_load, sorted(files))}


def treated(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[Relationship, Person]:
    """Return a relationship and its member to whoever treats them; NotFound for anyone else."""
    relationship, person = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotFound
    return relationship, person


def asked_alone(work: UnitOfWork, relationship_id: UUID) -> bool:
    """Say whether each present member of a relationship was asked alone by a clinician."""
    members = people.present_in(work, relationship_id)
    query = select(TalkAlone.person_id).where(
        TalkAlone.relationship_id == relationship_id, TalkAlone.taken_back_at.is_(None)
    )
    return domain.everyone_asked(members, work.session.scalars(query).all())


def check_asked_alone(work: UnitOfWork, relationship_id: UUID) -> None:
    """Raise NotAskedYet unless each present member was asked alone."""
    if not asked_alone(work, relationship_id):
        raise domain.NotAskedYet


def talks_with(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> list[Talk]:
    """Return the talks with one member, latest first, opened from their seals."""
    rows = rows_of(work, relationship_id, person_id)
    return [_talk(row, work.open(row, "content") or ERASED) for row in rows]


def rows_of(work: UnitOfWork, relationship_id: UUID, person_id: UUID) -> Sequence[TalkAlone]:
    """Return the rows of the talks with one member, latest first; those taken back too."""
    query = select(TalkAlone).where(
        TalkAlone.relationship_id == relationship_id, TalkAlone.person_id == person_id
    )
    return work.session.scalars(query.order_by(TalkAlone.held_on.desc(), TalkAlone.id.desc())).all()


def _talk(row: TalkAlone, content: Mapping[str, Any]) -> Talk:
    return Talk(
        id=row.id,
        held_on=row.held_on,
        recorded_by=row.recorded_by,
        taken_back=row.taken_back_at is not None,
        module=modules().get(content["module"]),
        answers=content["answers"],
        notes=content["notes"],
    )


def _load(path: Path) -> Module:
    try:
        written = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as problem:
        raise BadPack([Fault(path.name, "the whole file", str(problem))]) from problem
    return domain.read_module(written, file=path.name)
