"""What reminders holds of one person alone, for the copy that they are given."""

from calendar import day_name
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.reminders.forms.models import Form
from services.reminders.questions.domain import Question
from services.reminders.questions.queries import bank
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
    questions, sent = _asked(row), work.open(row, "content")
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
            }
            for code, answer in sent["answers"].items()
        ],
        "asked_to_stop": sent["stop_plan"],
    }


def _asked(row: Form) -> Mapping[str, Question]:
    """Return the questions of the very set that was asked."""
    for one in bank():
        if (one.code, one.version) == (row.set_code, row.set_version):
            return {question.id: question for question in (one.opens_with, *one.asks)}
    return {}


def _rows(work: UnitOfWork, kind: Any, schedule: Schedule, order: Any) -> Any:
    mine = select(kind).where(
        kind.clinic_id == schedule.clinic_id,
        kind.person_id == schedule.person_id,
        kind.relationship_id == schedule.relationship_id,
    )
    return work.session.scalars(mine.order_by(order, kind.id)).all()
