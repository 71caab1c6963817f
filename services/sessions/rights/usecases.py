"""When someone is gone for good: what is open ends, what was theirs alone is removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select

from services.sessions.plans import usecases as plans
from services.sessions.plans.models import EarlierAnswer, OfferRevision
from services.sessions.roster import queries as roster
from services.sessions.roster.handlers import FORM, PERSON
from services.sessions.roster.models import Delivery, ErasedPerson, Form, Person
from shared.contracts.sessions import SessionsRequestSettled
from shared.erasure import Forgotten, PartInErasing
from shared.events.tables import wanted
from shared.store import UnitOfWork

REMOVED = (Form, EarlierAnswer, OfferRevision, Delivery)
"""What concerns one person alone. What is written about sessions stays: it is everyone's."""


def forget(work: UnitOfWork, clinic_id: UUID, person_id: UUID, now: datetime) -> Forgotten:
    """End what is open wherever a person belongs, and remove what was theirs alone."""
    roster.one_word_at_a_time(work, person_id)
    stopped = plans.stop_everything(work, clinic_id=clinic_id, person_id=person_id, now=now)
    _forget_wishes(work, clinic_id, person_id)
    removed = sum(_removed(work, kind, clinic_id, person_id) for kind in REMOVED)
    person = work.session.get(Person, (clinic_id, person_id))
    if person is not None:
        work.seal(person, name=None, pronouns=None, language=None)
        work.session.flush()
    return Forgotten(stopped, removed)


PART = PartInErasing(mark=ErasedPerson, forget=forget, answer=SessionsRequestSettled)
"""The part of sessions, for the doors that hear of it and the job that ends it."""


def _forget_wishes(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> None:
    """Ask for nothing more of theirs: what is asked for and never comes would be waited for."""
    mine = select(Form.id).where(Form.clinic_id == clinic_id, Form.person_id == person_id)
    forms = work.session.scalars(mine).all()
    for kind, subjects in ((FORM, forms), (PERSON, [person_id])):
        here = (wanted.c.clinic_id == clinic_id) & (wanted.c.kind == kind)
        work.session.execute(delete(wanted).where(here, wanted.c.subject_id.in_(subjects)))


def _removed(work: UnitOfWork, kind: Any, clinic_id: UUID, person_id: UUID) -> int:
    mine = delete(kind).where(kind.clinic_id == clinic_id, kind.person_id == person_id)
    done = work.session.execute(mine)
    return int(done.rowcount) if isinstance(done, CursorResult) else 0
