"""The night: whoever had a letter that day may have answered it, as they usually do."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from deploy.seed.cast import DETAILED, SEED, Cast, Person
from deploy.seed.founding import Network
from deploy.seed.opening import known_as
from deploy.seed.stage import Stage
from services.reminders.forms.domain import read_form
from services.reminders.forms.usecases import submit_form
from services.reminders.questions.domain import Kind, QuestionSet
from services.reminders.questions.queries import plain_set, set_with_items
from services.reminders.roster.queries import told_about
from services.reminders.schedules.domain import State
from services.reminders.schedules.models import Prompt
from shared.contracts.words import Purpose
from shared.errors import Refusal
from shared.store import UnitOfWork

LOOK_BACK = timedelta(hours=30)
SKIPS = 0.06
STILL_RIGHT = {"nothing": 5, "right": 4, "change": 1}


def answer(stage: Stage, cast: Cast, network: Network, number: int) -> None:
    """Send in the forms of everyone who answers this day."""
    people = _people(stage, cast)
    for clinic in cast.clinics[:DETAILED]:
        clinic_id = network.clinics[clinic.key]

        def answer_all(work: UnitOfWork, clinic_id: UUID = clinic_id) -> int:
            now = stage.clock.now()
            return sum(
                _answer_one(work, prompt, people[prompt.person_id], number, now)
                for prompt in _waiting(work, clinic_id, now)
                if prompt.person_id in people
            )

        key = f"answers/{number}/{clinic.key}"
        stage.ledger.once("reminders", key, answer_all, clinics={clinic_id})


def form_of(person: Person, asked: QuestionSet, number: int, chance: Random) -> dict[str, str]:
    """Return what someone puts into their form: around their own middle, with a little drift."""
    given = {"alone": "yes"}
    for code in (one.id for one in asked.asks if one.kind is Kind.SCALE):
        if chance.random() >= SKIPS:
            value = person.levels[code] + person.drift * number + chance.gauss(0, 1.1)
            given[code] = str(min(10, max(0, round(value))))
    given["Q19"] = chance.choices(list(STILL_RIGHT), list(STILL_RIGHT.values()))[0]
    if person.stops_on is not None and number >= person.stops_on:
        given["stop_messages"] = "yes"
    return given


def _answer_one(
    work: UnitOfWork, prompt: Prompt, person: Person, number: int, now: datetime
) -> int:
    chance = Random(f"{SEED}/{person.key}/{prompt.local_date}")
    if chance.random() > person.answers or prompt.attempted_at is None:
        return 0
    at = min(now, prompt.attempted_at + timedelta(minutes=chance.randrange(4, 45)))
    asked = _asked(work, prompt, now)
    sent = read_form(asked, form_of(person, asked, number, chance))
    with suppress(Refusal), work.session.begin_nested():
        submit_form(work, door=(prompt.clinic_id, prompt.id), asked=asked, sent=sent, now=at)
        return 1
    return 0


def _asked(work: UnitOfWork, prompt: Prompt, now: datetime) -> QuestionSet:
    """Return what a form asks; all that was told has been heard by night."""
    full, whose = set_with_items(), prompt.person_id
    told = told_about(
        work, clinic_id=prompt.clinic_id, person_id=whose, purpose=Purpose.CHECKIN_ITEMS
    )
    permitted = told is not None and told.permits(now)
    return full if full.asked_on(prompt.local_date, whose, permitted=permitted) else plain_set()


def _waiting(work: UnitOfWork, clinic_id: UUID, now: datetime) -> list[Prompt]:
    rows = select(Prompt).where(
        Prompt.clinic_id == clinic_id,
        Prompt.state == State.ACCEPTED,
        Prompt.answered_at.is_(None),
        Prompt.attempted_at > now - LOOK_BACK,
    )
    return list(work.session.scalars(rows.order_by(Prompt.attempted_at)))


def _people(stage: Stage, cast: Cast) -> Mapping[UUID, Person]:
    known = stage.ledger.results("intake", "relationship/")
    return {
        known_as(stage, one)[1][person.key]: person
        for one in cast.together
        if one.key in known
        for person in one.members
    }
