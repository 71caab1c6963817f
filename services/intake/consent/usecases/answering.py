"""What people say is kept, with its evidence, and the other services are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.consent import domain, queries
from services.intake.consent.domain import Said
from services.intake.consent.models import ChannelStop, ConsentRevision, ConsentText
from services.intake.consent.usecases.counting import count_again
from services.intake.people import queries as people
from services.intake.people.models import Person
from shared.consent.decision import Decision
from shared.consent.kept import keep_text
from shared.consent.ledger import Act, Evidence, append
from shared.consent.purposes import kind_of
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import NotAsShown, Text, text_behind
from shared.contracts.intake import ConsentChanged
from shared.contracts.words import Channel
from shared.store import UnitOfWork

BY_THEMSELVES = Evidence(method=Method.ON_SCREEN, setting=Setting.ALONE_AT_CLINIC)
FROM_AFAR = Evidence(method=Method.ON_SCREEN, setting=Setting.ALONE_BY_LINK)
BY_STOP_LINK = Evidence(method=Method.STOP_LINK, setting=Setting.ALONE_BY_LINK)
COUNTED = "report.aggregate"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One revision about to be kept."""

    purpose: str
    text: Text
    state: State


def answer(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    answers: Mapping[str, bool],
    now: datetime,
    evidence: Evidence = BY_THEMSELVES,
    decided_at: datetime | None = None,
    locale: str | None = None,
) -> list[ConsentRevision]:
    """Keep what a person said about each purpose (True permits); see ``take_down``."""
    return take_down(
        work,
        clinic_id=clinic_id,
        person_id=person_id,
        said=Said(answers=answers),
        now=now,
        evidence=evidence,
        decided_at=decided_at,
        locale=locale,
    )


def take_down(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    said: Said,
    now: datetime,
    evidence: Evidence,
    decided_at: datetime | None = None,
    locale: str | None = None,
) -> list[ConsentRevision]:
    """Keep what a person said about each purpose, all of it or nothing, and tell it.

    A yes holds for the longest time that its purpose allows. ``decided_at`` is when they said it,
    if that was before ``now``; ``locale`` the language agreed on, if not their own.
    Raises Erased, UnderAge or InDoubt, NobodyOnDuty, KeptMeanwhile, NotAsShown, NotInThisLanguage,
    AnswerNotUsable, UnknownPurpose, OutOfOrder.
    """
    person = locked(work, clinic_id, person_id)
    rows = queries.revisions(work, clinic_id, person_id)
    queries.check_may_say(work, person, said.answers)
    if said.after is not None and said.after != len(rows):
        raise domain.KeptMeanwhile
    present = queries.decisions_on(rows, now, also=said.answers)
    steps = [
        _step(person, purpose, permits, said=said, present=present, locale=locale, now=now)
        for purpose, permits in said.answers.items()
    ]
    at = min(decided_at or now, now)
    kept = [keep(work, person, step, evidence=evidence, at=at, now=now) for step in steps]
    if COUNTED in said.answers:
        count_again(work, person_id=person_id, now=now)
    return kept


def record_for_person(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    said: Said,
    method: Method,
    setting: Setting,
    now: datetime,
    by_themselves: bool = True,
    decided_at: datetime | None = None,
    locale: str | None = None,
) -> list[ConsentRevision]:
    """Keep what a person said on paper or in words, alone with the clinician who treats them.

    Raises NotYours, HowNotUsable, NobodyElseCan, and what ``take_down`` raises.
    """
    relationship, _ = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise domain.NotYours
    if not by_themselves:
        raise domain.NobodyElseCan
    if method not in domain.STAFF_METHODS or setting not in domain.STAFF_SETTINGS:
        raise domain.HowNotUsable
    by = work.actor.id
    return take_down(
        work,
        clinic_id=relationship.clinic_id,
        person_id=person_id,
        said=said,
        evidence=Evidence(method=method, setting=setting, recorded_by=by, witnessed_by=by),
        decided_at=decided_at,
        locale=locale,
        now=now,
    )


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
    person = locked(work, clinic_id, person_id)
    rows = queries.revisions(work, clinic_id, person_id)
    last = next((row for row in reversed(rows) if row.purpose == purpose), None)
    if last is None or last.state is not State.GIVEN or last.decided_at > stopped_at:
        return None
    text = text_behind(domain.TEXTS, last.text_hash)
    step = Step(purpose=purpose, text=text, state=State.WITHDRAWN)
    return keep(work, person, step, evidence=BY_STOP_LINK, at=stopped_at, now=stopped_at)


def note_stop(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    channel: Channel,
    standing: bool,
    version: int,
) -> None:
    """Keep whether a channel is closed by a person's own link; what is older changes nothing."""
    person = locked(work, clinic_id, person_id)
    stops = queries.channel_stops(work, clinic_id=clinic_id, person_id=person.id)
    row = stops.get(channel)
    if row is None:
        row = ChannelStop(clinic_id=clinic_id, id=work.new_id(), person_id=person.id, version=0)
    if version > row.version:
        row.channel, row.standing, row.version = channel, standing, version
        work.add(row)


def keep(
    work: UnitOfWork,
    person: Person,
    step: Step,
    *,
    evidence: Evidence,
    at: datetime,
    now: datetime,
) -> ConsentRevision:
    """Add one revision, with the text that was shown, and tell whoever needs to know."""
    kind, text = kind_of(step.purpose), step.text
    until = kind.longest.after(at) if step.state is State.GIVEN else at
    act = Act(state=step.state, decided_at=at, valid_from=at, valid_until=until)
    keep_text(work, ConsentText, text, now=now)
    row = append(
        work,
        ConsentRevision,
        clinic_id=person.clinic_id,
        person_id=person.id,
        purpose=step.purpose,
        text=text,
        act=act,
        evidence=evidence,
        now=now,
    )
    if kind.wire is not None:
        work.record(
            ConsentChanged(
                clinic_id=person.clinic_id,
                occurred_at=now,
                person_id=person.id,
                purpose=kind.wire,
                permitted=step.state is State.GIVEN,
                revision=row.revision,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                text_version=text.version,
            )
        )
    return row


def locked(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Person:
    """Return a person, so that no second answer of theirs is kept at the same time."""
    person = work.get(Person, clinic_id, person_id)
    work.session.refresh(person, with_for_update=True)
    return person


def _step(
    person: Person,
    purpose: str,
    permits: bool,
    *,
    said: Said,
    present: Mapping[str, Decision],
    locale: str | None,
    now: datetime,
) -> Step:
    if not permits and not kind_of(purpose).can_be_withdrawn:
        raise domain.AnswerNotUsable
    text = queries.asked_in(person, locale, purpose, now)
    if said.shown and said.shown.get(purpose) != text.hash:
        raise NotAsShown
    return Step(
        purpose=purpose, text=text, state=domain.state_after(present[purpose], permits=permits)
    )
