"""The course of one member's answers."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from services.sessions.roster import queries as roster
from services.sessions.roster.domain import day_in
from services.sessions.series import domain
from services.sessions.series.domain import Choice, Question
from shared.store import UnitOfWork

QUESTIONS = Path(__file__).parent / "questions.toml"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What one member answered on a day; None where they left it open."""

    on: date
    value: int | None


@dataclass(frozen=True, kw_only=True)
class Course:
    """One member's answers to one question, oldest first."""

    question: Question
    answers: Sequence[Answered]

    @property
    def values(self) -> Sequence[int]:
        """The answers that are numbers."""
        return [one.value for one in self.answers if one.value is not None]


@cache
def questions() -> tuple[Sequence[Question], Sequence[Choice]]:
    """Return the questions that are drawn, and those that are listed."""
    written = tomllib.loads(QUESTIONS.read_text())
    drawn = [Question(**one) for one in written["question"]]
    return drawn, [Choice(**one) for one in written["choice"]]


def courses_of(work: UnitOfWork, together: roster.Together, person_id: UUID) -> list[Course]:
    """Return one member's own course for each question that is drawn."""
    forms = _answers(work, together, person_id)
    return [
        Course(
            question=question,
            answers=[
                Answered(on=day, value=domain.on_scale(answers[question.id]))
                for day, answers in forms
                if question.id in answers
            ],
        )
        for question in questions()[0]
    ]


def choices_of(
    work: UnitOfWork, together: roster.Together, person_id: UUID
) -> list[dict[str, object]]:
    """Return what one member chose, the latest day first: {"on": day, <question>: words}."""
    listed = questions()[1]
    return [
        {"on": day, **{one.id: one.options.get(str(answers.get(one.id)), "") for one in listed}}
        for day, answers in reversed(_answers(work, together, person_id))
        if any(one.id in answers for one in listed)
    ]


def _answers(
    work: UnitOfWork, together: roster.Together, person_id: UUID
) -> list[tuple[date, dict[str, Any]]]:
    zone = roster.zone_of(work, together.clinic_id)
    forms = roster.forms_of(work, together.relationship_id, person_id=person_id)
    opened = [(day_in(zone, form.received_at), work.open(form, "answers")) for form in forms]
    return [(day, answers) for day, answers in opened if answers]
