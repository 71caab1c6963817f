"""What members said to offers, with the text that was read to them, and what it permits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.sessions.plans import domain
from services.sessions.plans.domain import Said
from services.sessions.plans.models import EarlierAnswer, OfferRevision, OfferText
from services.sessions.roster import queries as roster
from shared.consent import kept
from shared.consent.decision import Decision, decide
from shared.consent.languages import every_text
from shared.consent.revision import Revision
from shared.consent.sealed import opened
from shared.consent.texts import Text, text_in_force
from shared.store import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Key:
    """One member's key: what their own word permits now, and the act of consent behind it.

    ``earlier`` is what they said before texts were kept, where they said nothing since.
    """

    member: roster.Member
    decision: Decision
    act: Revision | None = None
    earlier: Said | None = None

    @property
    def said(self) -> Said | None:
        """Their word as staff read it; None before they were asked."""
        return domain.word_of(self.act.state, self.act.method) if self.act else self.earlier

    @property
    def ask_again(self) -> bool:
        """Whether they said yes, and that is worth nothing now."""
        return self.said is Said.YES and not self.decision.permits


def keys_of(
    work: UnitOfWork, plan_id: UUID, members: Sequence[roster.Member], now: datetime
) -> list[Key]:
    """Return each member's key to an offer."""
    acts, earlier = acts_of(work, plan_id), _earlier(work, plan_id)
    return [
        Key(
            member=member,
            decision=_decided(acts[member.person_id], plan_id, now),
            act=acts[member.person_id][-1] if acts[member.person_id] else None,
            earlier=earlier.get(member.person_id),
        )
        for member in members
    ]


def decisions_on(work: UnitOfWork, plan_id: UUID, at: datetime) -> dict[UUID, Decision]:
    """Return what the word of everyone who was asked permits at a moment."""
    acts = acts_of(work, plan_id)
    return {person: _decided(said, plan_id, at) for person, said in acts.items()}


def decision_of(work: UnitOfWork, plan_id: UUID, person_id: UUID, at: datetime) -> Decision:
    """Return what one member's word to an offer permits at a moment."""
    return _decided(acts_of(work, plan_id)[person_id], plan_id, at)


def acts_of(work: UnitOfWork, plan_id: UUID) -> defaultdict[UUID, list[Revision]]:
    """Return what each member said to an offer, oldest first; what was erased is left out."""
    rows = select(OfferRevision).where(OfferRevision.purpose == domain.purpose_of(plan_id))
    found: defaultdict[UUID, list[Revision]] = defaultdict(list)
    for act in opened(work, work.session.scalars(rows.order_by(OfferRevision.position))):
        found[act.person_id].append(act)
    return found


def text_for(plan_id: UUID, locale: str, at: datetime) -> Text:
    """Return the text by which an offer is asked about in a language.

    Raises NothingToAsk, NotInThisLanguage.
    """
    return text_in_force(every_text(), domain.purpose_of(plan_id), locale, at)


def shown_to(work: UnitOfWork, act: Revision) -> str:
    """Return the canonical text that was read for an act, byte for byte; raises NotAsShown."""
    return kept.shown_to(work, OfferText, act)


def _decided(acts: Sequence[Revision], plan_id: UUID, at: datetime) -> Decision:
    said = [act.said() for act in acts]
    return decide(said, purpose=domain.purpose_of(plan_id), texts=every_text(), at=at)


def _earlier(work: UnitOfWork, plan_id: UUID) -> Mapping[UUID, Said]:
    rows = select(EarlierAnswer).where(EarlierAnswer.plan_id == plan_id)
    last = {
        row.person_id: work.open(row, "said")
        for row in work.session.scalars(rows.order_by(EarlierAnswer.recorded_at, EarlierAnswer.id))
    }
    return {person: Said(said) for person, said in last.items() if said}
