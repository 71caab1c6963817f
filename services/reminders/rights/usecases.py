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
from shared import erasure
from shared.contracts.intake import PersonErased
from shared.contracts.reminders import RemindersRequestSettled
from shared.erasure import ErasureRow, Forgotten
from shared.events.tables import wanted
from shared.store import Store, UnitOfWork

REMOVED = (MailboxLetter, Form, Prompt, Consent, Stop)
"""What concerns one person alone, those that refer to others first."""


def erase(work: UnitOfWork, event: PersonErased) -> None:
    """Stop and remove everything of a person; their keys follow within seconds."""
    erasure.begin(
        work,
        ErasedPerson,
        clinic_id=event.clinic_id,
        person_id=event.person_id,
        request_id=event.request_id,
        forget=forget,
        now=event.occurred_at,
    )


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


def destroy_keys(store: Store, *, now: datetime) -> int:
    """Destroy the keys of those who are gone, and tell that it is done; return how many."""

    def settle(work: UnitOfWork, row: ErasureRow, keys: int) -> None:
        work.record(
            RemindersRequestSettled(
                clinic_id=row.clinic_id,
                occurred_at=now,
                request_id=row.request_id,
                stopped=row.stopped,
                removed=row.removed,
                keys=keys,
            )
        )

    return erasure.end_due(store, ErasedPerson, forget=forget, settle=settle, now=now)


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
