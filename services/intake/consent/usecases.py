"""What is done about consent: a seat is started, answers are kept, and the other services told."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import domain, queries
from services.intake.consent.models import ConsentRevision, ConsentText, Seat
from services.intake.people import queries as people
from services.intake.people import usecases as people_usecases
from services.intake.people.models import Contribution, Person
from shared.auth.actors import system
from shared.auth.seats import Chance, SeatKey, end_seat, start_seat
from shared.consent.ledger import Act, Evidence, append
from shared.consent.terms import Method, Setting, State, latest_end
from shared.consent.texts import Text, text_in_force
from shared.contracts.intake import ConsentChanged
from shared.contracts.words import Channel, Purpose
from shared.store import Store, UnitOfWork

BY_THEMSELVES = Evidence(method=Method.ON_SCREEN, setting=Setting.ALONE_AT_CLINIC)
BY_LINK = Evidence(method=Method.STOP_LINK, setting=Setting.ALONE_BY_LINK)
MOST_AT_ONCE = 100


def hand_over(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    now: datetime,
    chance: Chance = token_bytes,
) -> tuple[Seat, SeatKey]:
    """Make a seat ready for one member, and return it with the key of its address.

    Raises NotYours unless the actor treats them.
    """
    relationship, person = people.member(work, relationship_id, person_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise domain.NotYours
    return start_seat(
        work,
        Seat,
        clinic_id=relationship.clinic_id,
        person_id=person.id,
        purpose=domain.SEAT,
        started_by=work.actor.id,
        now=now,
        chance=chance,
    )


def answer(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    answers: Mapping[Purpose, bool],
    now: datetime,
    evidence: Evidence = BY_THEMSELVES,
    decided_at: datetime | None = None,
) -> list[ConsentRevision]:
    """Keep what a person said about each purpose (True permits), and tell the other services.

    A yes holds for the longest time that its text allows. ``decided_at`` is when they said it,
    if that was before ``now``.
    """
    person = _locked(work, clinic_id, person_id)
    present = queries.standing(work, clinic_id=clinic_id, person_id=person_id, now=now)
    kept = [
        _keep(
            work,
            person,
            text=text_in_force(domain.TEXTS, purpose, person.language, now),
            state=domain.state_after(present[purpose], permits=permits),
            evidence=evidence,
            decided_at=min(decided_at or now, now),
            now=now,
        )
        for purpose, permits in answers.items()
    ]
    if Purpose.REPORT_AGGREGATE in answers:
        count_again(work, person_id=person_id, now=now)
    return kept


def answer_from_seat(
    work: UnitOfWork, *, seat: Seat, answers: Mapping[Purpose, bool], now: datetime
) -> None:
    """Keep what a seated member said, and end the seat."""
    answer(work, clinic_id=seat.clinic_id, person_id=seat.person_id, answers=answers, now=now)
    end_seat(work, seat, now=now)


def record_for_person(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    purpose: Purpose,
    permits: bool,
    method: Method,
    setting: Setting,
    now: datetime,
    decided_at: datetime | None = None,
) -> ConsentRevision:
    """Keep what a person said on paper or in words, alone with the clinician who treats them.

    Raises NotYours, HowNotUsable.
    """
    relationship, _ = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise domain.NotYours
    if method not in domain.STAFF_METHODS or setting not in domain.STAFF_SETTINGS:
        raise domain.HowNotUsable
    by = work.actor.id
    [kept] = answer(
        work,
        clinic_id=relationship.clinic_id,
        person_id=person_id,
        answers={purpose: permits},
        evidence=Evidence(method=method, setting=setting, recorded_by=by, witnessed_by=by),
        decided_at=decided_at,
        now=now,
    )
    return kept


def stop_channel(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    channel: Channel,
    stopped_at: datetime,
) -> ConsentRevision | None:
    """Keep that a person stopped messages by a link; what they said later stands."""
    purpose = domain.CHANNEL_PURPOSES[channel]
    person = _locked(work, clinic_id, person_id)
    present = queries.standing(work, clinic_id=clinic_id, person_id=person_id, now=stopped_at)
    said = present[purpose].said
    if said is None or said.state is not State.GIVEN or said.decided_at > stopped_at:
        return None
    return _keep(
        work,
        person,
        text=text_in_force(domain.TEXTS, purpose, person.language, stopped_at),
        state=State.WITHDRAWN,
        evidence=BY_LINK,
        decided_at=stopped_at,
        now=stopped_at,
    )


def count_again(work: UnitOfWork, *, person_id: UUID, now: datetime) -> None:
    """Work out anew whether each of a person's episodes may be counted in reports."""
    for relationship in people.episodes_of(work, person_id):
        decisions = [
            queries.standing(work, clinic_id=relationship.clinic_id, person_id=member, now=now)[
                Purpose.REPORT_AGGREGATE
            ]
            for member in sorted(people.everyone_in(work, relationship.id))
        ]
        people_usecases.settle_contribution(
            work,
            relationship=relationship,
            permitted_until=domain.counted_until(decisions),
            now=now,
        )


def end_contributions(store: Store, *, now: datetime) -> int:
    """Tell reports of episodes whose permission has ended by itself; return how many."""
    with store.claiming() as work:
        query = (
            select(Contribution.clinic_id, Contribution.id)
            .where(Contribution.permitted_until <= now)
            .limit(MOST_AT_ONCE)
        )
        due = work.session.execute(query).all()
    return sum(_end_contribution(store, clinic_id, row_id, now) for clinic_id, row_id in due)


def _end_contribution(store: Store, clinic_id: UUID, row_id: UUID, now: datetime) -> int:
    with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
        row = work.session.get(Contribution, (clinic_id, row_id), with_for_update=True)
        if row is None or row.permitted_until is None or row.permitted_until > now:
            return 0
        row.permitted_until = None
        people_usecases.tell_contribution(work, row, now)
        return 1


def _keep(
    work: UnitOfWork,
    person: Person,
    *,
    text: Text,
    state: State,
    evidence: Evidence,
    decided_at: datetime,
    now: datetime,
) -> ConsentRevision:
    until = latest_end(decided_at, months=text.months) if state is State.GIVEN else decided_at
    act = Act(state=state, decided_at=decided_at, valid_from=decided_at, valid_until=until)
    if work.session.get(ConsentText, text.hash) is None:
        work.add(ConsentText(hash=text.hash, canonical=text.canonical(), kept_at=now))
    row = append(
        work,
        ConsentRevision,
        clinic_id=person.clinic_id,
        person_id=person.id,
        text=text,
        act=act,
        evidence=evidence,
        now=now,
    )
    work.record(
        ConsentChanged(
            clinic_id=person.clinic_id,
            occurred_at=now,
            person_id=person.id,
            purpose=Purpose(row.purpose),
            permitted=state is State.GIVEN,
            revision=row.revision,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
    )
    return row


def _locked(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Person:
    """Return a person, so that no second answer of theirs is kept at the same time."""
    person = work.get(Person, clinic_id, person_id)
    work.session.refresh(person, with_for_update=True)
    return person
