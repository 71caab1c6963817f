"""What reminders holds of one person alone, for the copy that they are given."""

from calendar import day_name
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.reminders.forms.models import Form
from services.reminders.forms.queries import words_in
from services.reminders.questions.domain import DEPENDS, Answer, Question
from services.reminders.questions.queries import OWN, in_language, set_asked
from services.reminders.roster import queries as roster
from services.reminders.schedules import queries as schedules
from services.reminders.schedules.models import Prompt, Schedule
from shared.audit.entries import Act, kind_of
from shared.contracts.words import Channel
from shared.events.content import Content, Reference
from shared.keys import Scope
from shared.store import UnitOfWork

PERSON = "reminders.person"


def share_of(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Give what is held of people, by relationship, to whoever acts for staff of their clinic."""
    asked = [one for one in references if one.clinic_id in work.actor.clinics]
    return {one: {"relationships": _share(work, one.clinic_id, one.subject_id)} for one in asked}


def _share(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> dict[str, Content]:
    work.note(
        Act.EXPORTED,
        clinic_id=clinic_id,
        subject_id=person_id,
        kind=kind_of(Scope.PERSON),
        what="person",
    )
    own = schedules.schedules_of(work, clinic_id=clinic_id, person_id=person_id)
    return {str(one.relationship_id): _here(work, one) for one in own}


def _here(work: UnitOfWork, schedule: Schedule) -> Content:
    whose = {"clinic_id": schedule.clinic_id, "person_id": schedule.person_id}
    rule = schedules.rule_of(schedule)
    return {
        "schedule": {
            "weekday": day_name[rule.weekday],
            "at": rule.at.isoformat("minutes"),
            "paused": schedule.paused,
            "stopped_by_them": roster.stopped(work, channel=Channel.EMAIL, **whose),
        },
        "occasions": [_occasion(row) for row in _rows(work, Prompt, schedule, Prompt.due_at)],
        "forms": [_form(work, row) for row in _rows(work, Form, schedule, Form.submitted_at)],
    }


def _occasion(row: Prompt) -> dict[str, Any]:
    return {
        "on": row.local_date.isoformat(),
        "state": str(row.state),
        "answered_at": row.answered_at.isoformat() if row.answered_at else None,
    }


def _form(work: UnitOfWork, row: Form) -> dict[str, Any]:
    language = _language(work, row)
    questions, sent = _asked(row, language), work.open(row, "content")
    return {
        "id": str(row.id),
        "set": row.set_code,
        "version": row.set_version,
        "sent_at": row.submitted_at.isoformat(),
        "answers": [
            {
                "code": code,
                "question": questions[code].says if code in questions else "",
                "answer": answer,
                "in_words": _in_words(questions.get(code), answer, language),
            }
            for code, answer in sent["answers"].items()
        ],
        "asked_to_stop": sent["stop_plan"],
    }


def _language(work: UnitOfWork, row: Form) -> str:
    """Return the language in which someone was asked."""
    prompt = work.session.get(Prompt, (row.clinic_id, row.prompt_id))
    return prompt.language if prompt else OWN


def _in_words(question: Question | None, answer: Answer, language: str) -> str:
    if answer == DEPENDS:
        return str(words_in(language).says["depends"])
    return question.in_words(answer) if question else str(answer)


def _asked(row: Form, language: str) -> Mapping[str, Question]:
    """Return the questions of the very set that was asked, in the language in which it was."""
    asked = set_asked(row.set_code, row.set_version)
    if asked is None:
        return {}
    spoken = in_language(asked, language)
    return {one.id: one for one in (spoken.opens_with, *spoken.asks)}


def _rows(work: UnitOfWork, kind: Any, schedule: Schedule, order: Any) -> Any:
    mine = select(kind).where(
        kind.clinic_id == schedule.clinic_id,
        kind.person_id == schedule.person_id,
        kind.relationship_id == schedule.relationship_id,
    )
    return work.session.scalars(mine.order_by(order, kind.id)).all()
