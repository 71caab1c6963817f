"""Each member's own word to an offer is kept, with the text that was read to them."""

from datetime import datetime
from uuid import UUID

from services.sessions.plans import domain, queries
from services.sessions.plans.domain import Ending, Said
from services.sessions.plans.models import OfferRevision, OfferText, Plan
from services.sessions.plans.usecases.offering import end, refuse_ended
from services.sessions.roster import queries as roster
from shared.consent.kept import keep_text
from shared.consent.languages import every_text
from shared.consent.ledger import Act, Evidence, append
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import NotAsShown, Text, text_behind
from shared.contracts.words import PlanState
from shared.store import UnitOfWork

BY_FORM = Evidence(method=Method.STOP_LINK, setting=Setting.ALONE_BY_LINK)


def record_answer(
    work: UnitOfWork,
    *,
    plan_id: UUID,
    person_id: UUID,
    said: Said,
    setting: Setting | None,
    now: datetime,
    shown: str | None = None,
    locale: str | None = None,
) -> None:
    """Take down what one member said to the clinician, alone; a later answer replaces it.

    ``shown`` is the hash of the text on the page, not checked where there was none; ``locale``
    the language agreed on, if not their own. A no or a not now to what runs ends it.
    Raises NotFound, NotOpen, NotAlone, NotAsShown or NotInThisLanguage.
    """
    roster.one_word_at_a_time(work, person_id)
    plan = queries.plan_to_change(work, plan_id)
    roster.treated(work, plan.relationship_id).member(person_id)
    refuse_ended(plan)
    if setting not in domain.ASKED_WHERE:
        raise domain.NotAlone
    own = locale or roster.language_of(work, plan.clinic_id, person_id)
    text = queries.text_for(plan_id, own, now)
    if shown is not None and shown != text.hash:
        raise NotAsShown
    by = work.actor.id
    evidence = Evidence(method=Method.SPOKEN, setting=setting, recorded_by=by, witnessed_by=by)
    _keep(work, plan, person_id, said, text=text, evidence=evidence, decided_at=now, now=now)
    if said is not Said.YES and (said is Said.STOP or plan.state is PlanState.RUNNING):
        end(work, plan, Ending.STOPPED, now=now)


def stop_by_form(
    work: UnitOfWork, *, relationship_id: UUID, person_id: UUID, sent_at: datetime, now: datetime
) -> None:
    """End what a member asked to stop on their form, if it was there when they sent it.

    It takes back what they said before by the text that they said it to. Who was never asked was
    shown no text here, and what they said later stands: then it ends, and nothing else is kept.
    """
    found = queries.open_plan(work, relationship_id)
    if found is None or sent_at < found.offered_at:
        return
    roster.one_word_at_a_time(work, person_id)
    plan = queries.plan_to_change(work, found.id)
    last = next(reversed(queries.acts_of(work, plan.id)[person_id]), None)
    decided_at = min(sent_at, now)
    if last is not None and last.decided_at <= decided_at:
        text = text_behind(every_text(), last.text_hash)
        _keep(
            work,
            plan,
            person_id,
            Said.STOP,
            text=text,
            evidence=BY_FORM,
            decided_at=decided_at,
            now=now,
        )
    end(work, plan, Ending.STOPPED, now=now)


def _keep(
    work: UnitOfWork,
    plan: Plan,
    person_id: UUID,
    said: Said,
    *,
    text: Text,
    evidence: Evidence,
    decided_at: datetime,
    now: datetime,
) -> None:
    """Add one revision to what a member said; raises NotOpen for a yes to what is over by now."""
    present = queries.decision_of(work, plan.id, person_id, now)
    state = domain.state_of(said, present)
    until = decided_at
    if state is State.GIVEN:
        ends = domain.due_at(plan.offered_at, plan.started_at, plan.days)
        until = domain.holds_until(ends, decided_at)
        if until <= decided_at:
            raise domain.NotOpen
    keep_text(work, OfferText, text, now=now)
    append(
        work,
        OfferRevision,
        clinic_id=plan.clinic_id,
        person_id=person_id,
        purpose=domain.purpose_of(plan.id),
        text=text,
        act=Act(state=state, decided_at=decided_at, valid_from=decided_at, valid_until=until),
        evidence=evidence,
        now=now,
    )
