"""A clinician's day: entries about the sessions, and now and then something to try."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from random import Random
from uuid import UUID

from deploy.seed import words
from deploy.seed.cast import SEED, Person, Together, Worker
from deploy.seed.founding import Network
from deploy.seed.opening import known_as
from deploy.seed.stage import Stage, staff_actor
from services.sessions.plans import usecases as plans
from services.sessions.plans.domain import Said
from services.sessions.records import usecases as records
from services.sessions.records.domain import Kind, Part
from shared.auth.actors import Role
from shared.consent.terms import Setting
from shared.errors import Refusal
from shared.store import UnitOfWork

OFFER_AT = (1, 4)
"""At which visits, counted from 0, something is offered."""

NOT_NOW = 0.2


def work_through(
    stage: Stage,
    network: Network,
    clinician: Worker,
    *,
    day: date,
    seen: Sequence[Together],
    visits: Mapping[str, int],
) -> None:
    """Write down a clinician's sessions of a day."""
    if not seen:
        return
    role, clinic = clinician.postings[0]
    clinic_id = network.clinics[str(clinic)]
    actor = staff_actor(
        network.staff[clinician.key], Role(role), [clinic_id], network.organization_id
    )

    def write_all(work: UnitOfWork) -> None:
        for together in seen:
            with suppress(Refusal), work.session.begin_nested():
                _write_one(work, stage, together, day=day, visit=visits[together.key])

    key = f"sessions/{day}/{clinician.key}"
    stage.ledger.once("sessions", key, write_all, clinics={clinic_id}, actor=actor)


def _write_one(
    work: UnitOfWork, stage: Stage, together: Together, *, day: date, visit: int
) -> None:
    relationship_id, members = known_as(stage, together)
    now = stage.clock.now()
    chance = Random(f"{SEED}/{together.key}/{visit}")
    records.write_entry(
        work,
        relationship_id=relationship_id,
        kind=Kind.SESSION,
        happened_on=day,
        parts={members[one.key]: _said(one, together, visit, chance) for one in together.members},
        now=now,
    )
    if visit in OFFER_AT and OFFER_AT.index(visit) < len(together.tries):
        offered = together.tries[OFFER_AT.index(visit)]
        _offer(work, relationship_id, offered, list(members.values()), chance, now)


def _said(person: Person, together: Together, visit: int, chance: Random) -> dict[str, str]:
    if together.separating and visit >= 4:
        ending = words.SEPARATING[(visit + len(person.key)) % len(words.SEPARATING)]
        return {Part.BEHAVIOUR: ending, Part.WISH: chance.choice(words.WISH)}
    return {
        Part.BEHAVIOUR: chance.choice(words.BEHAVIOUR),
        Part.IMPACT: chance.choice(words.IMPACT),
        Part.WISH: chance.choice(words.WISH),
        Part.NEXT_STEP: chance.choice(words.NEXT_STEP),
    }


def _offer(
    work: UnitOfWork,
    relationship_id: UUID,
    experiment: str,
    members: Sequence[UUID],
    chance: Random,
    at: datetime,
) -> None:
    """Offer something; it begins if every member says yes, each alone."""

    plan = plans.offer_plan(
        work, relationship_id=relationship_id, experiment=experiment, known=True, now=at
    )
    answers = [Said.NOT_NOW if chance.random() < NOT_NOW else Said.YES for _ in members]
    for person_id, said in zip(members, answers, strict=True):
        plans.record_answer(
            work,
            plan_id=plan.id,
            person_id=person_id,
            said=said,
            setting=Setting.ALONE_AT_CLINIC,
            now=at,
        )
    if set(answers) == {Said.YES}:
        plans.release_plan(work, plan_id=plan.id, now=at)
        plans.start_plan(work, plan_id=plan.id, known=True, now=at)
    else:
        plans.take_back_offer(work, plan_id=plan.id, now=at)
