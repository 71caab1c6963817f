"""What is kept of a member besides their name: talks, questionnaires, a pause, a quarter."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import usecases as consent
from services.intake.consent.domain import Pause
from services.intake.consent.models import ConsentRevision
from services.intake.questionnaires import usecases as questionnaires
from services.intake.questionnaires.domain import Answer
from services.intake.screening import usecases as screening
from services.intake.screening.models import TalkAlone
from services.sessions.outcomes import usecases as outcomes
from services.sessions.outcomes.domain import Quarter
from services.sessions.plans.domain import EarlierMethod
from services.sessions.plans.models import EarlierAnswer
from services.sessions.roster.models import Relationship
from shared.auth.links import hash_of_link
from shared.consent.ledger import Evidence
from shared.consent.terms import Method, Setting

FIRST_CONVERSATION, K10 = 1, 42
"""A pack that is filled in here, and one whose score is entered and whose threshold is open."""

OWN_WORDS: Mapping[str, Answer] = {"h1": "more time"}
ON_PAPER = Evidence(method=Method.ON_PAPER, setting=Setting.ALONE_AT_CLINIC)
CLOSED = Quarter(2026, 3)
ALMOST_A_YEAR = timedelta(days=350)
NOT_TOLD = "contact.voicemail"
"""Something a member may permit of which no other service hears."""


def meet(work: Any, relationship_id: UUID, person_id: UUID, now: datetime) -> None:
    """Keep that a member was met alone, without which nothing joint may be offered."""
    screening.record_talk(
        work,
        relationship_id=relationship_id,
        person_id=person_id,
        held_on=now.date(),
        alone=True,
        notes="prefers mornings",
        now=now,
    )


def talk_with(work: Any, person_id: UUID) -> UUID:
    """Return the id of the talk with a member."""
    found: UUID = work.session.scalars(
        select(TalkAlone.id).where(TalkAlone.person_id == person_id)
    ).one()
    return found


def give_out(work: Any, relationship_id: UUID, person_id: UUID, now: datetime) -> UUID:
    """Keep a questionnaire that a member answered on paper, and give one out; return the first."""
    whose = {"relationship_id": relationship_id, "person_id": person_id, "now": now}
    answered = questionnaires.write_from_paper(
        work, **whose, pack=FIRST_CONVERSATION, answers=OWN_WORDS, filled_on=now.date()
    )
    questionnaires.hand_over(work, **whose, packs=[FIRST_CONVERSATION])
    return answered.id


def permit_long_ago(work: Any, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Keep a yes that ends within days."""
    consent.answer(
        work,
        clinic_id=clinic_id,
        person_id=person_id,
        answers={NOT_TOLD: True},
        evidence=ON_PAPER,
        decided_at=now - ALMOST_A_YEAR,
        now=now,
    )


def times_answered(work: Any, people: Sequence[UUID]) -> dict[UUID, int]:
    """Return how much is kept of what each of these people answered about consent."""
    rows = work.session.scalars(
        select(ConsentRevision.person_id).where(ConsentRevision.person_id.in_(people))
    )
    return dict.fromkeys(people, 0) | Counter(rows)


def pause(work: Any, relationship_id: UUID, person_id: UUID, now: datetime) -> None:
    """Let nothing that a member permitted count, because of a doubt."""
    consent.pause(
        work, relationship_id=relationship_id, person_id=person_id, why=Pause.DOUBT, now=now
    )


def ask_by_link(
    work: Any, relationship_id: UUID, person_id: UUID, secret: bytes, token: str, now: datetime
) -> None:
    """Make questions ready behind a link that stands open."""
    consent.ask_by_link(
        work,
        relationship_id=relationship_id,
        person_id=person_id,
        purposes=["checkin.email"],
        hours=48,
        token_hash=hash_of_link(secret, token),
        now=now,
    )


def say_as_before_texts_were_kept(
    work: Any, clinic_id: UUID, plan_id: UUID, person_id: UUID, now: datetime
) -> None:
    """Keep a word to an offer as earlier releases did, which none does any more."""
    row = EarlierAnswer(
        clinic_id=clinic_id,
        id=work.new_id(),
        plan_id=plan_id,
        person_id=person_id,
        method=EarlierMethod.SPOKEN,
        recorded_at=now,
    )
    work.seal(row, said="yes")
    work.add(row)


def count(work: Any, relationship_id: UUID) -> None:
    """Keep in sessions what a relationship contributed to the quarter that was closed."""
    relationship = work.session.scalars(
        select(Relationship).where(Relationship.id == relationship_id)
    ).one()
    outcomes.freeze(work, CLOSED, relationship, "sessions.held", "none")
