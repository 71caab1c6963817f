"""What waits to be sent, what lies in the mailbox, and where a link leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from services.reminders.roster import queries as roster
from services.reminders.schedules.domain import WENT_OUT
from services.reminders.schedules.models import Due, Prompt, Schedule
from services.reminders.sending import domain
from services.reminders.sending.models import MailboxLetter
from shared.consent.enforcement import CONSENT, Effect, Ruling, ruling
from shared.contracts.words import Channel
from shared.events.freshness import Proof
from shared.spoken import Spoken, speaks, spoken_for
from shared.store import UnitOfWork

PEOPLE, CLINICS = "intake.people", "intake.clinics"
MOST_SHOWN = 300
WORDS = Path(__file__).with_name("words")


@dataclass(frozen=True)
class Claim:
    """A prompt that this worker has taken to send, by its ids alone."""

    clinic_id: UUID
    prompt_id: UUID
    person_id: UUID
    relationship_id: UUID

    @property
    def concerned(self) -> tuple[tuple[str, UUID], ...]:
        """The (stream, subject) pairs of which nothing may be missing."""
        return (
            (CONSENT, self.person_id),
            (PEOPLE, self.relationship_id),
            (CLINICS, self.clinic_id),
        )

    @property
    def effect(self) -> Effect:
        """What is about to happen, for whoever enforces consent."""
        return Effect(
            concerned=self.concerned,
            content=(
                (roster.PERSON, self.clinic_id, self.person_id),
                (roster.CLINIC, self.clinic_id, self.clinic_id),
            ),
        )


def due_now(work: UnitOfWork, *, now: datetime, limit: int) -> Sequence[Due]:
    """Return what is due and not being handed over, locked; for a claiming work."""
    return work.session.scalars(
        select(Due)
        .where(Due.next_try_at <= now, Due.attempted_at.is_(None))
        .order_by(Due.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def in_doubt(work: UnitOfWork, *, now: datetime, limit: int) -> Sequence[Due]:
    """Return what was begun so long ago that whoever began it must have died."""
    return work.session.scalars(
        select(Due)
        .where(Due.attempted_at <= now - domain.DOUBT_AFTER)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def prompt_of(work: UnitOfWork, claim: Claim) -> Prompt | None:
    """Return the prompt of a claim, locked; None when it was withdrawn meanwhile."""
    return work.session.get(Prompt, (claim.clinic_id, claim.prompt_id), with_for_update=True)


def still_planned(work: UnitOfWork, prompt: Prompt) -> bool:
    """Whether a prompt was planned by its schedule as it is now."""
    schedule = work.session.get(Schedule, (prompt.clinic_id, prompt.schedule_id))
    return (
        schedule is not None and not schedule.paused and schedule.version == prompt.schedule_version
    )


def facts(work: UnitOfWork, *, claim: Claim, proof: Proof, now: datetime) -> domain.Facts:
    """Return what is known about a person, read in the transaction that will act on it."""
    person = {"clinic_id": claim.clinic_id, "person_id": claim.person_id}
    told = [
        roster.told_of(work, channel=Channel.EMAIL, **person),
        roster.told_of_policy(work, **person),
    ]
    card = roster.card_of(work, **person)
    decided = ruling(work, claim.effect, proof=proof, told=told, at=now)
    return domain.Facts(
        fresh=decided is not Ruling.UNPROVEN,
        in_care=roster.in_care(work, relationship_id=claim.relationship_id, **person),
        permitted=decided is Ruling.YES,
        card=card,
        spoken=card is not None and speaks(WORDS, card.language),
        trusted_for=roster.trusted_for(work, claim.clinic_id),
        box_shared=roster.shares_box(work, relationship_id=claim.relationship_id, **person),
        sent_lately=_sent_since(work, claim, now - domain.WEEK),
    )


def stationery_words(language: str) -> Spoken:
    """Return the words of a letter in a language; raises NotInThisLanguage."""
    return spoken_for(WORDS, language)


def mailbox(work: UnitOfWork) -> list[MailboxLetter]:
    """Return the letters in the mailbox of these clinics, newest first."""
    newest = select(MailboxLetter).order_by(MailboxLetter.arrived_at.desc(), MailboxLetter.id)
    return list(work.session.scalars(newest.limit(MOST_SHOWN)))


def _sent_since(work: UnitOfWork, claim: Claim, since: datetime) -> int:
    """Count the prompts that a person got, or may have got, since a moment."""
    counted = (
        select(func.count())
        .select_from(Prompt)
        .where(
            Prompt.clinic_id == claim.clinic_id,
            Prompt.person_id == claim.person_id,
            Prompt.state.in_(WENT_OUT),
            Prompt.attempted_at > since,
        )
    )
    return work.session.scalar(counted) or 0
