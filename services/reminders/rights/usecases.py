"""When someone is gone for good: nothing is planned or sent any more, and what was theirs goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select

from services.reminders.forms.models import Form, OpenForm
from services.reminders.roster.models import Consent, ErasedPerson, Person, Stop
from services.reminders.roster.queries import PERSON
from services.reminders.schedules.models import Due, Planning, Prompt, Schedule
from services.reminders.sending.models import LinkKey, MailboxLetter
from shared.contracts.reminders import RemindersRequestSettled
from shared.erasure import Forgotten, PartInErasing
from shared.events.tables import wanted
from shared.store import UnitOfWork

REMOVED = (MailboxLetter, Form, Prompt, Consent, Stop)
"""What concerns one person alone, those that refer to others first."""


def forget(work: UnitOfWork, clinic_id: UUID, person_id: UUID, now: datetime) -> Forgotten:
    """Close a person's links, end their schedules, and remove their card, letters and forms."""
    prompts = _ids(work, Prompt, clinic_id, person_id)
    schedules = _ids(work, Schedule, clinic_id, person_id)
    stopped = _links_open(work, clinic_id, prompts, now) + len(schedules)
    for kind in (Due, LinkKey):
        _remove(work, kind, clinic_id, kind.id.in_(prompts))
    _remove(work, OpenForm, clinic_id, OpenForm.prompt_id.in_(prompts))
    removed = sum(_remove(work, kind, clinic_id, kind.person_id == person_id) for kind in REMOVED)
    for one in (Planning, Schedule):
        _remove(work, one, clinic_id, one.id.in_(schedules))
    _forget_card(work, clinic_id, person_id)
    return Forgotten(stopped, removed)


PART = PartInErasing(mark=ErasedPerson, forget=forget, answer=RemindersRequestSettled)
"""The part of reminders, for the doors that hear of it and the job that ends it."""


def _forget_card(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> None:
    person = work.session.get(Person, (clinic_id, person_id))
    if person is not None:
        work.seal(person, card=None)
        work.session.flush()
    waits = (wanted.c.clinic_id == clinic_id) & (wanted.c.kind == PERSON)
    work.session.execute(delete(wanted).where(waits, wanted.c.subject_id == person_id))


def _links_open(work: UnitOfWork, clinic_id: UUID, prompts: Sequence[UUID], now: datetime) -> int:
    standing = select(func.count()).where(
        LinkKey.clinic_id == clinic_id, LinkKey.id.in_(prompts), LinkKey.closes_at > now
    )
    return work.session.scalar(standing) or 0


def _ids(work: UnitOfWork, kind: Any, clinic_id: UUID, person_id: UUID) -> Sequence[UUID]:
    mine = select(kind.id).where(kind.clinic_id == clinic_id, kind.person_id == person_id)
    return list(work.session.scalars(mine))


def _remove(work: UnitOfWork, kind: Any, clinic_id: UUID, which: Any) -> int:
    done = work.session.execute(delete(kind).where(kind.clinic_id == clinic_id, which))
    return int(done.rowcount) if isinstance(done, CursorResult) else 0
