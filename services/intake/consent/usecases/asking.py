"""People are asked: at a seat of the clinic, or by a link that may add and never shows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_bytes
from uuid import UUID

from sqlalchemy import delete, select

from services.intake.consent import domain, queries
from services.intake.consent.domain import Said
from services.intake.consent.models import (
    ConsentLink,
    ConsentRequest,
    ConsentRevision,
    OpenConsentForm,
    Seat,
)
from services.intake.consent.queries import Asking
from services.intake.consent.usecases.answering import FROM_AFAR, take_down
from services.intake.people import queries as people
from services.intake.people.domain import Erased
from services.intake.people.models import Person, Relationship
from shared.auth.links import MOST_OPEN, OPEN_FOR
from shared.auth.seats import Chance, SeatKey, start_seat
from shared.consent.purposes import kind_of
from shared.store import UnitOfWork

HashOf = Callable[[str], bytes]


def hand_over(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    now: datetime,
    chance: Chance = token_bytes,
) -> tuple[Seat, SeatKey]:
    """Make a seat ready for one member, and return it with the key of its address.

    Raises NotYours unless the actor treats them; UnderAge or InDoubt; NotInThisLanguage.
    """
    relationship, person, by = _of_mine(work, relationship_id, person_id)
    queries.language_of(person)
    return start_seat(
        work,
        Seat,
        clinic_id=relationship.clinic_id,
        person_id=person.id,
        purpose=domain.SEAT,
        started_by=by,
        now=now,
        chance=chance,
    )


def ask_by_link(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    purposes: Sequence[str],
    hours: int,
    token_hash: bytes,
    now: datetime,
) -> ConsentRequest:
    """Make questions ready for one person, who may answer them once; an earlier link closes.

    Raises NotYours, UnderAge or InDoubt, NothingAsked, NobodyOnDuty, LinkTooLongOrShort,
    NotInThisLanguage.
    """
    relationship, person, by = _of_mine(work, relationship_id, person_id)
    offered = domain.offered(queries.policy_of(work, relationship.clinic_id))
    asked = [purpose for purpose in offered if purpose in purposes]
    if not asked:
        raise domain.NothingAsked
    _check_can_be_asked(work, person, asked, now)
    call_back(work, clinic_id=person.clinic_id, person_id=person.id, now=now)
    request = work.add(
        ConsentRequest(
            clinic_id=person.clinic_id,
            id=work.new_id(),
            relationship_id=relationship.id,
            person_id=person.id,
            asked=" ".join(asked),
            asked_by=by,
            asked_at=now,
            closes_at=now + domain.fitting_hours(hours),
        )
    )
    work.add(
        ConsentLink(
            clinic_id=request.clinic_id,
            id=request.id,
            token_hash=token_hash,
            closes_at=request.closes_at,
        )
    )
    return request


def call_back(work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Close the links of a person that still stand open."""
    standing = select(ConsentRequest).where(
        ConsentRequest.clinic_id == clinic_id,
        ConsentRequest.person_id == person_id,
        ConsentRequest.answered_at.is_(None),
        ConsentRequest.called_back_at.is_(None),
    )
    for request in work.session.scalars(standing):
        request.called_back_at = now


def open_in_browser(work: UnitOfWork, *, door: Asking, key_hash: bytes, now: datetime) -> None:
    """Open a request's form in a browser; the link stays unspent. Raises LinkClosed."""
    request = queries.request_behind(work, door, now=now, locked=True)
    _close_the_oldest(work, request)
    work.add(
        OpenConsentForm(
            clinic_id=request.clinic_id,
            id=work.new_id(),
            request_id=request.id,
            key_hash=key_hash,
            until=min(request.closes_at, now + OPEN_FOR),
        )
    )


def answer_by_link(
    work: UnitOfWork, *, door: Asking, said: Said, now: datetime
) -> list[ConsentRevision]:
    """Keep what a person answered by a link, which is spent by it; the first of several wins.

    Raises LinkClosed, and what ``take_down`` raises.
    """
    request = queries.request_behind(work, door, now=now, locked=True)
    kept = take_down(
        work,
        clinic_id=request.clinic_id,
        person_id=request.person_id,
        said=said,
        evidence=FROM_AFAR,
        now=now,
    )
    request.answered_at = now
    work.session.execute(
        delete(OpenConsentForm).where(
            OpenConsentForm.clinic_id == request.clinic_id,
            OpenConsentForm.request_id == request.id,
        )
    )
    return kept


def _of_mine(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[Relationship, Person, UUID]:
    relationship, person = people.member(work, relationship_id, person_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise domain.NotYours
    if person.erased_at is not None:
        raise Erased
    pause = queries.open_pause(work, relationship.clinic_id, person.id)
    if pause is not None:
        raise queries.refusal_of(work, pause)
    return relationship, person, work.actor.id


def _check_can_be_asked(
    work: UnitOfWork, person: Person, asked: Sequence[str], now: datetime
) -> None:
    wants_duty = any(kind_of(purpose).needs_duty for purpose in asked)
    if wants_duty and not queries.someone_on_duty(work, person.clinic_id):
        raise domain.NobodyOnDuty
    for purpose in asked:
        queries.asked_in(person, None, purpose, now)


def _close_the_oldest(work: UnitOfWork, request: ConsentRequest) -> None:
    """Make room for one more open form of a request."""
    open_now = work.session.scalars(
        select(OpenConsentForm)
        .where(
            OpenConsentForm.clinic_id == request.clinic_id,
            OpenConsentForm.request_id == request.id,
        )
        .order_by(OpenConsentForm.until.desc(), OpenConsentForm.id.desc())
        .offset(MOST_OPEN - 1)
    )
    for one in open_now:
        work.session.delete(one)
