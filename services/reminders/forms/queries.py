"""Where a link or an open form leads, what it asks, and what was sent, for who may read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.reminders.forms.models import Form, OpenForm
from services.reminders.questions.domain import QuestionSet
from services.reminders.questions.queries import plain_set, set_asked, set_with_items
from services.reminders.roster import queries as roster
from services.reminders.schedules.domain import WENT_OUT
from services.reminders.schedules.models import Prompt
from services.reminders.sending.models import LinkKey
from shared.auth.link_rows import open_form, open_link
from shared.auth.links import LinkClosed
from shared.consent.enforcement import CONSENT, Effect, Ruling, proven, ruling
from shared.contracts.words import Channel
from shared.events.content import Content, Reference
from shared.events.freshness import Proof
from shared.spoken import Spoken, spoken, spoken_for
from shared.store import UnitOfWork

WORDS = Path(__file__).with_name("words")

Door = tuple[UUID, UUID]
"""The clinic and the prompt to which a secret leads."""

Opened = tuple[str, int]
"""The code and the version of the set that a form was opened with."""


def link_leads(work: UnitOfWork, token_hash: bytes, *, now: datetime) -> tuple[Door, datetime]:
    """Return where a link leads and when it closes; raises LinkClosed. For work that looks up."""
    link = open_link(work, LinkKey, token_hash, now=now)
    return (link.clinic_id, link.id), link.closes_at


def open_form_leads(work: UnitOfWork, key_hash: bytes, *, now: datetime) -> tuple[Door, Opened]:
    """Return where an open form leads and what it was opened with; raises LinkClosed.

    For work that looks up.
    """
    found = open_form(work, OpenForm, key_hash, now=now)
    return (found.clinic_id, found.prompt_id), (found.set_code, found.set_version)


def prompt_to_open(
    work: UnitOfWork, door: Door, *, proof: Proof, now: datetime, locked: bool = False
) -> Prompt:
    """Return the prompt behind a link that may open now: by what was read of its person just now.

    Raises LinkClosed, also where that could not be read; the link stays unspent.
    """
    prompt = open_prompt(work, door, now=now, locked=locked)
    if not proven(work, asking(prompt.person_id), proof=proof):
        raise LinkClosed
    return prompt


def open_prompt(work: UnitOfWork, door: Door, *, now: datetime, locked: bool = False) -> Prompt:
    """Return the prompt behind a door while it can be answered; raises LinkClosed otherwise.

    It can while it went out, is not answered, the person is in care and still agrees.
    """
    prompt = work.session.get(Prompt, door, with_for_update=locked)
    if prompt is None or prompt.answered_at is not None or prompt.state not in WENT_OUT:
        raise LinkClosed
    person = {"clinic_id": prompt.clinic_id, "person_id": prompt.person_id}
    if not roster.in_care(work, relationship_id=prompt.relationship_id, **person):
        raise LinkClosed
    if not roster.permitted(work, channel=Channel.EMAIL, now=now, **person):
        raise LinkClosed
    return prompt


def asking(person_id: UUID) -> Effect:
    """Return what is about to happen when a form asks a person, for whoever enforces consent."""
    return Effect(concerned=((CONSENT, person_id),))


def set_to_open(work: UnitOfWork, prompt: Prompt, *, proof: Proof, now: datetime) -> QuestionSet:
    """Return what a form asks that is opened now: by its person's own word, id and week alone."""
    full = set_with_items()
    permitted = _permitted(work, prompt, full, proof=proof, now=now)
    asked = full.asked_on(prompt.local_date, prompt.person_id, permitted=permitted)
    return full if asked else plain_set()


def still_asked(
    work: UnitOfWork, prompt: Prompt, opened: Opened, *, proof: Proof, now: datetime
) -> QuestionSet:
    """Return what an open form asks at this moment: what it was opened with, or the plain set."""
    asked = set_asked(*opened) or plain_set()
    return asked if _permitted(work, prompt, asked, proof=proof, now=now) else plain_set()


def _permitted(
    work: UnitOfWork, prompt: Prompt, asked: QuestionSet, *, proof: Proof, now: datetime
) -> bool:
    """Whether a person permits what a set needs, proven now; what is unknown is a no."""
    if asked.needs is None:
        return True
    told = roster.told_about(
        work, clinic_id=prompt.clinic_id, person_id=prompt.person_id, purpose=asked.needs
    )
    decided = ruling(work, asking(prompt.person_id), proof=proof, told=[told], at=now)
    return decided is Ruling.YES


def words_for(work: UnitOfWork, door: Door) -> Spoken:
    """Return the words of the person behind a door, in the language of their letter.

    Raises LinkClosed where there is nothing behind it; NotInThisLanguage.
    """
    prompt = work.session.get(Prompt, door)
    if prompt is None:
        raise LinkClosed
    return words_in(prompt.language)


def words_in(language: str) -> Spoken:
    """Return the words of a form in a language; raises NotInThisLanguage."""
    return spoken_for(WORDS, language)


def every_language() -> Sequence[Spoken]:
    """Return the words of every language, for pages of which nobody can say whose they are."""
    return list(spoken(WORDS).values())


def form_contents(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Return the sent forms that references name; None for one that was erased.

    One that was never sent is left out.
    """
    found = {reference: _form(work, reference) for reference in references}
    return {reference: _content(work, form) for reference, form in found.items() if form}


def _form(work: UnitOfWork, reference: Reference) -> Form | None:
    return work.session.get(Form, (reference.clinic_id, reference.subject_id))


def _content(work: UnitOfWork, form: Form) -> Content | None:
    sent = work.open(form, "content")
    if sent is None:
        return None
    return {
        "person_id": str(form.person_id),
        "relationship_id": str(form.relationship_id),
        "submitted_at": form.submitted_at.isoformat(),
        "answers": sent["answers"],
        "stop_plan": sent["stop_plan"],
    }
