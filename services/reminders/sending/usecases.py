"""Sending what is due: claim, prove, decide and mark, hand over, settle."""

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from services.reminders.roster import queries as roster
from services.reminders.roster.domain import Card
from services.reminders.schedules.domain import Hold, State
from services.reminders.schedules.models import Due, Prompt
from services.reminders.sending import domain, queries
from services.reminders.sending.domain import Handover, Letter, Stationery
from services.reminders.sending.gateways import Gateway
from services.reminders.sending.models import LinkKey, MailboxLetter
from services.reminders.sending.queries import Claim
from shared.auth.actors import system
from shared.clock import Now
from shared.consent.enforcement import Enforcement, in_time
from shared.contracts.reminders import PromptSettled
from shared.contracts.words import PromptOutcome
from shared.events.freshness import Freshness, Proof
from shared.logs import logger
from shared.store import Store, UnitOfWork

CHUNK = 20
LEASE = timedelta(minutes=2)

log = logger("sending")


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """What sending needs: rows, a proof that nothing is missing, the way out, and the time."""

    store: Store
    freshness: Freshness
    gateway: Gateway
    stationery: Stationery
    now: Now


def send_due(office: PostOffice) -> int:
    """Send one chunk of what is due; return how many prompts were looked at."""
    with office.store.claiming() as work:
        claims = claim_due(work, now=office.now())
    enforcement, effects = Enforcement(office.freshness), [claim.effect for claim in claims]
    for nth, claim in enumerate(claims):
        _send_one(office, claim, enforcement.proof_for(effects[nth:]))
    return len(claims)


def settle_doubtful(office: PostOffice) -> int:
    """Settle as unknown what a worker began and did not finish; it is never sent again."""
    with office.store.claiming() as work:
        found = queries.in_doubt(work, now=office.now(), limit=CHUNK)
        claims = [_claim(due) for due in found]
    for claim in claims:
        with _work(office, claim) as work:
            settle(work, claim=claim, handover=Handover.UNKNOWN, now=office.now())
    return len(claims)


def claim_due(work: UnitOfWork, *, now: datetime, limit: int = CHUNK) -> list[Claim]:
    """Take what is due for this worker; should it die, others may take it after two minutes."""
    due = queries.due_now(work, now=now, limit=limit)
    for row in due:
        row.next_try_at = now + LEASE
    return [_claim(row) for row in due]


def attempt(
    work: UnitOfWork, *, claim: Claim, proof: Proof, stationery: Stationery, now: datetime
) -> Letter | None:
    """Mark a prompt as being handed over and return its letter, if everything says yes now.

    Otherwise it waits for a better moment, expires, or is dropped as void; then None.
    """
    prompt = queries.prompt_of(work, claim)
    if prompt is None or prompt.state is not State.PLANNED:
        return None
    if not queries.still_planned(work, prompt):
        _drop(work, prompt)
        return None
    if now >= prompt.expires_at:
        _expire(work, prompt, now)
        return None
    facts = queries.facts(work, claim=claim, proof=proof, now=now)
    reason = domain.hold(facts, now)
    if reason is not None or facts.card is None:
        _wait(work, prompt, reason or Hold.CONTACT, now)
        return None
    return _begin(work, prompt, facts.card, stationery, now)


def settle(work: UnitOfWork, *, claim: Claim, handover: Handover, now: datetime) -> None:
    """Write down what came of handing a prompt over, once, and tell it unless it is tried later."""
    prompt = queries.prompt_of(work, claim)
    if prompt is None or prompt.state is not State.ATTEMPTING:
        return
    if handover is Handover.LATER:
        _put_back(work, prompt, now + domain.pause_after(prompt.tries))
        prompt.reason = Hold.SERVER
    else:
        _close(work, prompt, State(handover), PromptOutcome(handover), now)


def put_back(work: UnitOfWork, *, claim: Claim, now: datetime) -> None:
    """Undo an attempt that was not begun in time: nothing left the house."""
    prompt = queries.prompt_of(work, claim)
    if prompt is not None and prompt.state is State.ATTEMPTING:
        prompt.tries -= 1
        _put_back(work, prompt, now)


def keep_letter(store: Store, letter: Letter) -> None:
    """Keep a letter in the mailbox of this machine, sealed."""
    with store.unit_of_work(clinics={letter.clinic_id}, actor=system(store.service)) as work:
        row = MailboxLetter(
            clinic_id=letter.clinic_id,
            id=work.new_id(),
            prompt_id=letter.prompt_id,
            person_id=letter.person_id,
            arrived_at=letter.written_at,
        )
        shown = {"to", "sender", "subject", "text", "link", "message_id"}
        work.seal(row, letter={k: v for k, v in asdict(letter).items() if k in shown})
        work.add(row)


def _send_one(office: PostOffice, claim: Claim, proof: Proof) -> None:
    with _work(office, claim) as work:
        letter = attempt(
            work, claim=claim, proof=proof, stationery=office.stationery, now=office.now()
        )
    if letter is None:
        return
    if not in_time(proof):
        with _work(office, claim) as work:
            put_back(work, claim=claim, now=office.now())
        return
    handover = _handed_over(office.gateway, letter)
    with _work(office, claim) as work:
        settle(work, claim=claim, handover=handover, now=office.now())


def _handed_over(gateway: Gateway, letter: Letter) -> Handover:
    try:
        return gateway.deliver(letter)
    except Exception as error:
        log.error("gateway_failed", exc_info=error)
        return Handover.UNKNOWN


def _begin(
    work: UnitOfWork, prompt: Prompt, card: Card, stationery: Stationery, now: datetime
) -> Letter:
    prompt.state, prompt.attempted_at, prompt.reason = State.ATTEMPTING, now, None
    prompt.tries += 1
    prompt.language = card.language
    _due(work, prompt).attempted_at = now
    token, closes_at = stationery.token(), now + domain.LINK_LIFE
    here = {"clinic_id": prompt.clinic_id, "id": prompt.id}
    _forget_link(work, prompt)
    work.add(LinkKey(token_hash=stationery.hash_of(token), closes_at=closes_at, **here))
    link, words = stationery.address_of(token), queries.stationery_words(card.language)
    return Letter(
        prompt_id=prompt.id,
        clinic_id=prompt.clinic_id,
        person_id=prompt.person_id,
        to=card.email or "",
        sender=roster.clinic(work, prompt.clinic_id).sender,
        subject=words.says["subject"],
        text=domain.letter_text(words.says, link=link, closes_at=card.local(closes_at)),
        link=link,
        stop_link=stationery.stop_address_of(token),
        message_id=stationery.message_id(prompt.id),
        language=words.tag,
        written_at=now,
    )


def _wait(work: UnitOfWork, prompt: Prompt, reason: Hold, now: datetime) -> None:
    prompt.reason = reason
    _due(work, prompt).next_try_at = min(now + domain.pause_for(reason), prompt.expires_at)


def _put_back(work: UnitOfWork, prompt: Prompt, next_try_at: datetime) -> None:
    due = _due(work, prompt)
    due.attempted_at, due.next_try_at = None, min(next_try_at, prompt.expires_at)
    prompt.state, prompt.attempted_at = State.PLANNED, None
    _forget_link(work, prompt)


def _expire(work: UnitOfWork, prompt: Prompt, now: datetime) -> None:
    prompt.reason = prompt.reason or Hold.WINDOW
    _close(work, prompt, State.NOT_SENT, PromptOutcome.NOT_SENT, now)


def _close(
    work: UnitOfWork, prompt: Prompt, state: State, outcome: PromptOutcome, now: datetime
) -> None:
    prompt.state = state
    work.session.delete(_due(work, prompt))
    work.record(
        PromptSettled(
            clinic_id=prompt.clinic_id,
            occurred_at=now,
            person_id=prompt.person_id,
            relationship_id=prompt.relationship_id,
            prompt_id=prompt.id,
            outcome=outcome,
        )
    )


def _drop(work: UnitOfWork, prompt: Prompt) -> None:
    work.session.delete(_due(work, prompt))
    work.session.delete(prompt)


def _forget_link(work: UnitOfWork, prompt: Prompt) -> None:
    work.session.execute(
        delete(LinkKey).where(LinkKey.clinic_id == prompt.clinic_id, LinkKey.id == prompt.id)
    )


def _due(work: UnitOfWork, prompt: Prompt) -> Due:
    return work.session.get_one(Due, (prompt.clinic_id, prompt.id))


def _claim(due: Due) -> Claim:
    return Claim(due.clinic_id, due.id, due.person_id, due.relationship_id)


def _work(office: PostOffice, claim: Claim) -> AbstractContextManager[UnitOfWork]:
    return office.store.unit_of_work(clinics={claim.clinic_id}, actor=system(office.store.service))
