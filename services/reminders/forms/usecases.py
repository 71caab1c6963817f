"""Starting a form, sending it in, and stopping these messages by a link."""

from datetime import datetime

from sqlalchemy import delete, select

from services.reminders.forms import queries
from services.reminders.forms.domain import Sent
from services.reminders.forms.models import Form, OpenForm
from services.reminders.forms.queries import Door
from services.reminders.questions.domain import QuestionSet
from services.reminders.roster.usecases import stop_channel
from services.reminders.schedules.models import Prompt
from services.reminders.schedules.usecases import follow_consent
from shared.auth.links import MOST_OPEN, OPEN_FOR
from shared.contracts.reminders import FormReceived
from shared.contracts.words import Channel
from shared.events.freshness import Proof
from shared.store import UnitOfWork


def start_form(
    work: UnitOfWork,
    *,
    door: Door,
    key_hash: bytes,
    closes_at: datetime,
    proof: Proof,
    now: datetime,
) -> None:
    """Open a form in a browser with what it asks; the link stays unspent. Raises LinkClosed."""
    prompt = queries.prompt_to_open(work, door, proof=proof, now=now, locked=True)
    asked = queries.set_to_open(work, prompt, proof=proof, now=now)
    _close_the_oldest(work, prompt)
    work.add(
        OpenForm(
            clinic_id=prompt.clinic_id,
            id=work.new_id(),
            prompt_id=prompt.id,
            key_hash=key_hash,
            until=min(closes_at, now + OPEN_FOR),
            set_code=asked.code,
            set_version=asked.version,
        )
    )


def submit_form(
    work: UnitOfWork, *, door: Door, asked: QuestionSet, sent: Sent, now: datetime
) -> Form:
    """Keep what a person sent, sealed, spend the link and tell it; the first of several wins.

    Raises LinkClosed. Stopping the messages takes effect in this same transaction.
    """
    prompt = queries.open_prompt(work, door, now=now, locked=True)
    prompt.answered_at = now
    form = Form(
        clinic_id=prompt.clinic_id,
        id=work.new_id(),
        prompt_id=prompt.id,
        person_id=prompt.person_id,
        relationship_id=prompt.relationship_id,
        set_code=asked.code,
        set_version=asked.version,
        submitted_at=now,
    )
    work.seal(form, content={"answers": dict(sent.answers), "stop_plan": sent.stop_plan})
    work.add(form)
    _close_forms(work, door)
    work.record(
        FormReceived(
            clinic_id=form.clinic_id,
            occurred_at=now,
            person_id=form.person_id,
            relationship_id=form.relationship_id,
            form_id=form.id,
        )
    )
    if sent.stop_messages:
        _stop(work, prompt, now)
    return form


def leave_for_now(work: UnitOfWork, *, door: Door) -> None:
    """Close the form in the browser of someone who is not alone; nothing is kept, or spent."""
    _close_forms(work, door)


def stop_by_link(work: UnitOfWork, *, door: Door, now: datetime) -> None:
    """Stop these messages for the person to whom a link was sent, also after it closed."""
    prompt = work.session.get(Prompt, door)
    if prompt is not None:
        _stop(work, prompt, now)


def _stop(work: UnitOfWork, prompt: Prompt, now: datetime) -> None:
    person = {"clinic_id": prompt.clinic_id, "person_id": prompt.person_id}
    stop_channel(work, channel=Channel.EMAIL, now=now, **person)
    follow_consent(work, now=now, **person)


def _close_forms(work: UnitOfWork, door: Door) -> None:
    clinic_id, prompt_id = door
    work.session.execute(
        delete(OpenForm).where(OpenForm.clinic_id == clinic_id, OpenForm.prompt_id == prompt_id)
    )


def _close_the_oldest(work: UnitOfWork, prompt: Prompt) -> None:
    """Make room for one more open form of a prompt."""
    open_now = work.session.scalars(
        select(OpenForm)
        .where(OpenForm.clinic_id == prompt.clinic_id, OpenForm.prompt_id == prompt.id)
        .order_by(OpenForm.until.desc(), OpenForm.id.desc())
        .offset(MOST_OPEN - 1)
    )
    for one in open_now:
        work.session.delete(one)
