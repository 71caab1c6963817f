"""What members permit now, what they said before, and what was shown to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import domain
from services.intake.consent.domain import Pause
from services.intake.consent.models import (
    ConsentPause,
    ConsentRevision,
    ConsentText,
)
from services.intake.directory import queries as directory
from services.intake.directory.models import Clinic, Organization
from services.intake.people import queries as people
from services.intake.people.domain import Erased
from services.intake.people.models import Person, Relationship
from shared.audit.entries import Act
from shared.audit.entries import kind_of as subject_kind
from shared.auth.seats import SeatRow
from shared.consent import kept
from shared.consent.decision import Decision
from shared.consent.languages import Language, language_for
from shared.consent.ledger import history, said_about
from shared.consent.purposes import POLICIES, kind_of
from shared.consent.texts import Text, text_in_force
from shared.labels import Label, Scope
from shared.store import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A yes that ends within 30 days, or (``soon``) within 7."""

    person_id: UUID
    purpose: str
    ends_at: datetime
    soon: bool


def revisions(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Sequence[ConsentRevision]:
    """Return all that a person said, oldest first."""
    return history(work, ConsentRevision, clinic_id=clinic_id, person_id=person_id)


def standing(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime
) -> Mapping[str, Decision]:
    """Return what a person permits now, by purpose."""
    return decisions_on(revisions(work, clinic_id, person_id), now)


def decisions_on(
    rows: Sequence[ConsentRevision], at: datetime, *, also: Iterable[str] = ()
) -> Mapping[str, Decision]:
    """Return what these revisions permit at a moment, by purpose; ``also`` names more of them."""
    purposes = dict.fromkeys([*also, *domain.KEPT_HERE, *(row.purpose for row in rows)])
    return domain.decided({one: said_about(rows, one) for one in purposes}, at)


def asked_at_seat(rows: Sequence[ConsentRevision], policy: str) -> list[str]:
    """Return what a seat asks a person: what everybody is asked, and what they were asked before.

    So what was given is withdrawn where it was given, in as few steps.
    """
    now = {policy, *domain.ASKED_NOW, *(row.purpose for row in rows)}
    return [code for code in domain.offered(policy) if code in now]


def policy_of(work: UnitOfWork, clinic_id: UUID) -> str:
    """Return the code of the policy that a clinic chose on what is said alone; empty if none."""
    return work.get(Clinic, clinic_id, clinic_id).policy


def check_noted(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Raise NoPolicy or NotNoted unless a person may be asked something alone.

    They may while they agree to the policy by which the clinic works, in its current version.
    """
    policy = policy_of(work, clinic_id)
    if not policy:
        raise domain.NoPolicy
    rows = revisions(work, clinic_id, person_id)
    if not decisions_on(rows, now, also=[policy])[policy].permits:
        raise domain.NotNoted


def shown_to(work: UnitOfWork, row: ConsentRevision) -> str:
    """Return the canonical text that a revision's person was shown, byte for byte as kept.

    Raises NotAsShown where what is kept is not what the hash says.
    """
    return kept.shown_to(work, ConsentText, row)


def open_pause(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> ConsentPause | None:
    """Return a pause of a person's consents that nobody has settled yet; what staff began first."""
    standing = [one for one in pauses_of(work, clinic_id, person_id) if one.settled_at is None]
    return min(standing, key=lambda one: one.request_id is not None, default=None)


def pauses_of(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> Sequence[ConsentPause]:
    """Return every pause of a person's consents, oldest first."""
    query = select(ConsentPause).where(
        ConsentPause.clinic_id == clinic_id, ConsentPause.person_id == person_id
    )
    return work.session.scalars(query.order_by(ConsentPause.began_at, ConsentPause.id)).all()


def why_paused(work: UnitOfWork, pause: ConsentPause) -> Pause:
    """Return why a person's consents are paused, to whoever may open that; a doubt once erased."""
    return Pause(work.open(pause, "why") or Pause.DOUBT)


def check_may_say(work: UnitOfWork, person: Person, answers: Mapping[str, bool]) -> None:
    """Refuse a yes that nobody may take; a no is always taken, while there is anyone to say it.

    Raises Erased, AnswerNotUsable, UnderAge or InDoubt, NobodyOnDuty.
    """
    if person.erased_at is not None:
        raise Erased
    if (set(POLICIES) - {policy_of(work, person.clinic_id)}) & answers.keys():
        raise domain.AnswerNotUsable
    wanted = [purpose for purpose, permits in answers.items() if permits]
    pause = open_pause(work, person.clinic_id, person.id) if wanted else None
    if pause is not None:
        raise refusal_of(work, pause)
    wants_duty = any(kind_of(purpose).needs_duty for purpose in wanted)
    if wants_duty and not someone_on_duty(work, person.clinic_id):
        raise domain.NobodyOnDuty


def refusal_of(work: UnitOfWork, pause: ConsentPause) -> domain.Paused:
    """Return the sentence of a pause; to members the same one, whatever the reason."""
    if Label.PERSON_PRIVATE not in work.actor.opens:
        return domain.Paused()
    return domain.PAUSED[why_paused(work, pause)]()


def language_of_seat(work: UnitOfWork, seat: SeatRow) -> str:
    """Return in which language the person of a seat is spoken to."""
    return work.get(Person, seat.clinic_id, seat.person_id).language


def language_of(person: Person) -> Language:
    """Return the language in which a person is asked; raises NotInThisLanguage."""
    return language_for(person.language)


def asked_in(person: Person, locale: str | None, purpose: str, now: datetime) -> Text:
    """Return the text that a person is asked by; ``locale`` where another was agreed with them.

    Raises NothingToAsk, NotInThisLanguage.
    """
    return text_in_force(domain.TEXTS, purpose, locale or person.language, now)


def endings(work: UnitOfWork, relationship: Relationship, now: datetime) -> list[Ending]:
    """Return what ends soon among a relationship's members, the soonest first."""
    policy = policy_of(work, relationship.clinic_id)
    found = [
        Ending(
            person_id=person_id,
            purpose=purpose,
            ends_at=decision.ends_at,
            soon=notice < domain.MONTH_BEFORE,
        )
        for person_id in people.everyone_in(work, relationship.id)
        for purpose, decision in standing(
            work, clinic_id=relationship.clinic_id, person_id=person_id, now=now
        ).items()
        if (notice := domain.soon(decision, now)) is not None
        and decision.ends_at is not None
        and (purpose == policy or purpose not in POLICIES)
    ]
    return sorted(found, key=lambda one: (one.ends_at, str(one.person_id), one.purpose))


def still_missing(
    work: UnitOfWork, relationship: Relationship, now: datetime
) -> dict[UUID, list[str]]:
    """Return what each member has yet to permit; nothing to anyone but the treating clinician."""
    if not people.is_treating(work, relationship):
        return {}
    policy = policy_of(work, relationship.clinic_id)
    missing = {}
    for person_id in people.everyone_in(work, relationship.id):
        rows = revisions(work, relationship.clinic_id, person_id)
        found = decisions_on(rows, now, also=[policy] if policy else [])
        missing[person_id] = domain.still_missing(found["checkin.email"], found.get(policy))
    return missing


def may_be_left_word(
    work: UnitOfWork, relationship: Relationship, now: datetime
) -> frozenset[UUID]:
    """Return who of a relationship permits that a message is left on their voicemail."""
    return frozenset(
        person_id
        for person_id in people.present_in(work, relationship.id)
        if standing(work, clinic_id=relationship.clinic_id, person_id=person_id, now=now)[
            domain.VOICEMAIL
        ].permits
    )


def all_count(
    work: UnitOfWork, relationship: Relationship, now: datetime, purpose: str = "report.aggregate"
) -> list[Decision]:
    """Return what everyone who belongs or belonged to a relationship decided on a joint purpose."""
    return [
        standing(work, clinic_id=relationship.clinic_id, person_id=member, now=now)[purpose]
        for member in sorted(people.everyone_in(work, relationship.id))
    ]


def controller_of(work: UnitOfWork, clinic_id: UUID) -> tuple[str, str]:
    """Return the names of the clinic and of the organization that answers for its data."""
    clinic = work.get(Clinic, clinic_id, clinic_id)
    organization = work.session.get_one(Organization, clinic.organization_id)
    return clinic.name, organization.name


def someone_on_duty(work: UnitOfWork, clinic_id: UUID) -> bool:
    """Say whether a clinic has anybody whose work it is to read what cannot wait."""
    return bool(directory.on_duty_at(work, clinic_id))


def note_look(work: UnitOfWork, act: Act, person: Person) -> None:
    """Put into the audit trail that someone saw, or gave out, what a person permits."""
    work.note(
        act,
        clinic_id=person.clinic_id,
        subject_id=person.id,
        kind=subject_kind(Scope.PERSON),
        what=ConsentRevision.__tablename__,
    )
