"""What is known of how people may be reached."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hmac import digest
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from services.intake.directory.domain import MOST_CARD_DAYS
from services.intake.directory.models import Clinic
from services.intake.people import domain
from services.intake.people.domain import Contact, Known, Means
from services.intake.people.models import ContactCard, Member
from shared.store import UnitOfWork


def contact_of(work: UnitOfWork, card: ContactCard | None) -> Contact:
    """Return how a person may be reached; nothing where there is no card."""
    if card is None:
        return Contact()
    ways = work.open(card, "ways") or {"means": [Means.EMAIL] if card.by_email else []}
    checked = {
        Means.EMAIL: card.email_checked_on is not None,
        Means.TEXT: card.phone_checked_on is not None,
    }
    return Contact(
        email=work.open(card, "email"),
        phone=work.open(card, "phone"),
        private=card.private,
        windows=domain.windows_of(work.open(card, "windows") or []),
        means=frozenset(Means(one) for one in ways["means"]),
        checked=frozenset(one for one, there in checked.items() if there),
        manner=domain.manner_of({name: it for name, it in ways.items() if name != "means"}),
    )


def cards_of(work: UnitOfWork, people: Collection[UUID]) -> dict[UUID, ContactCard]:
    """Return the contact cards of people, by person."""
    found = work.session.scalars(select(ContactCard).where(ContactCard.id.in_(people)))
    return {card.id: card for card in found}


def still_missing(card: ContactCard | None, clinic: Clinic, zone: str, now: datetime) -> list[str]:
    """Return what a card lacks before anything may be sent, without opening it.

    Its days are counted on the person's own clock (``zone``), as the sender counts them.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    return domain.still_missing(_known(card), today=today, good_for=_trusted_for(clinic))


def too_old_on(card: ContactCard | None, clinic: Clinic) -> date | None:
    """Return the first day on which a card is trusted no more; None for one never confirmed."""
    if card is None or card.confirmed_on is None:
        return None
    return card.confirmed_on + timedelta(days=_trusted_for(clinic) + 1)


def can_be_confirmed(card: ContactCard | None, clinic: Clinic, now: datetime) -> bool:
    """Say whether a card was whole when it was confirmed last, so that one tap may repeat that."""
    if card is None or card.confirmed_on is None:
        return False
    today = day_at(clinic, now)
    known = replace(_known(card), confirmed_on=today)
    return not domain.still_missing(known, today=today, good_for=_trusted_for(clinic))


def _trusted_for(clinic: Clinic) -> int:
    """Return for how many days a clinic trusts a card, whatever was once set."""
    return min(clinic.card_days, MOST_CARD_DAYS)


def address_hash(work: UnitOfWork, clinic_id: UUID, email: str) -> bytes:
    """Return the hash by which addresses of one clinic are compared."""
    return keyed_hash(work, clinic_id, f"address:{domain.same_address(email)}")


def phone_hash(work: UnitOfWork, clinic_id: UUID, phone: str) -> bytes:
    """Return the hash by which telephone numbers of one clinic are compared."""
    return keyed_hash(work, clinic_id, f"phone:{domain.same_number(phone)}")


def keyed_hash(work: UnitOfWork, clinic_id: UUID, text: str) -> bytes:
    """Return the hash of a text under a clinic's own secret."""
    pepper = str(work.open(work.get(Clinic, clinic_id, clinic_id), "pepper"))
    return digest(bytes.fromhex(pepper), text.encode(), "sha256")


def someone_else_has(
    work: UnitOfWork,
    *,
    address: bytes | None = None,
    phone: bytes | None = None,
    relationships: Iterable[UUID],
    besides: UUID,
) -> bool:
    """Say whether someone else in one of these relationships has this address or this number."""
    pairs = ((ContactCard.address_hash, address), (ContactCard.phone_hash, phone))
    same = [column == value for column, value in pairs if value is not None]
    if not same:
        return False
    query = (
        select(func.count())
        .select_from(ContactCard)
        .join(
            Member,
            (Member.clinic_id == ContactCard.clinic_id) & (Member.person_id == ContactCard.id),
        )
        .where(
            Member.relationship_id.in_(list(relationships)), or_(*same), ContactCard.id != besides
        )
    )
    return bool(work.session.scalar(query))


def is_shared(work: UnitOfWork, card: ContactCard) -> bool:
    """Say whether someone who belongs or belonged with a person is reached in the same place."""
    together = select(Member.relationship_id).where(Member.person_id == card.id)
    return someone_else_has(
        work,
        address=card.address_hash,
        phone=card.phone_hash,
        relationships=work.session.scalars(together).all(),
        besides=card.id,
    )


def today_at(work: UnitOfWork, clinic_id: UUID, now: datetime) -> date:
    """Return which day it is where a clinic is."""
    return day_at(work.get(Clinic, clinic_id, clinic_id), now)


def day_at(clinic: Clinic, now: datetime) -> date:
    """Return which day it is at a clinic that was found already."""
    return now.astimezone(ZoneInfo(clinic.zone)).date()


def _known(card: ContactCard | None) -> Known:
    if card is None:
        return Known()
    return Known(
        address=card.email is not None,
        allowed=card.by_email,
        checked=card.email_checked_on is not None,
        private=card.private,
        own_device=card.own_device,
        hours=card.windows is not None,
        confirmed_on=card.confirmed_on,
    )
