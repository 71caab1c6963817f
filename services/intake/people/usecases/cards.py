"""Contact cards are filled in with the person alone, confirmed, or closed to one way at once."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from services.intake.directory.models import Clinic
from services.intake.people import domain, queries
from services.intake.people.domain import Contact, Means
from services.intake.people.models import ContactCard, Person
from services.intake.people.usecases.telling import tell_member
from shared.store import UnitOfWork


def change_contact(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    person_id: UUID,
    contact: Contact,
    spoken_alone: bool,
    now: datetime,
) -> ContactCard:
    """Change a contact card after speaking with the person alone; that confirms the whole card.

    Nothing is sent to the old address. Raises NotSpokenAlone, AddressShared, NumberShared.
    """
    if not spoken_alone:
        raise domain.NotSpokenAlone
    person, card = _of(work, clinic_id, person_id)
    together = [one.id for one in queries.episodes_of(work, person_id)]
    write_card(work, card, contact, together, now=now)
    confirm_card(work, card, now)
    tell_member(work, person, now)
    return card


def confirm_contact(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, spoken_alone: bool, now: datetime
) -> ContactCard:
    """Confirm a card of which nothing has changed. Raises NotSpokenAlone, CardNotComplete."""
    if not spoken_alone:
        raise domain.NotSpokenAlone
    person, card = _of(work, clinic_id, person_id)
    if not queries.can_be_confirmed(card, work.get(Clinic, clinic_id, clinic_id), now):
        raise domain.CardNotComplete
    confirm_card(work, card, now)
    tell_member(work, person, now)
    return card


def stop_means(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID, means: Means, now: datetime
) -> ContactCard:
    """Reach a person in one way no more, from now on; nobody is asked why, or has to be alone.

    Another way is agreed on by ``change_contact``.
    """
    person, card = _of(work, clinic_id, person_id)
    contact = queries.contact_of(work, card)
    if means in contact.means:
        _keep(work, card, replace(contact, means=contact.means - {means}))
        tell_member(work, person, now)
    return card


def write_card(
    work: UnitOfWork,
    card: ContactCard,
    contact: Contact,
    relationships: Collection[UUID],
    *,
    now: datetime,
) -> None:
    """Write a card, unless someone else in these relationships would be reached in the same place.

    Raises AddressShared, NumberShared.
    """
    address = queries.address_hash(work, card.clinic_id, contact.email) if contact.email else None
    phone = queries.phone_hash(work, card.clinic_id, contact.phone) if contact.phone else None
    check_apart(work, card.id, address=address, phone=phone, relationships=relationships)
    today = queries.today_at(work, card.clinic_id, now)
    if address is None or Means.EMAIL not in contact.checked:
        card.email_checked_on = None
    elif address != card.address_hash or card.email_checked_on is None:
        card.email_checked_on = today
    if phone is None or Means.TEXT not in contact.checked:
        card.phone_checked_on = None
    elif phone != card.phone_hash or card.phone_checked_on is None:
        card.phone_checked_on = today
    card.address_hash, card.phone_hash = address, phone
    _keep(work, card, contact)


def check_apart(
    work: UnitOfWork,
    person_id: UUID,
    *,
    address: bytes | None,
    phone: bytes | None,
    relationships: Collection[UUID],
) -> None:
    """Raise AddressShared or NumberShared where someone else there has this address or number."""
    if not relationships:
        return
    has = partial(queries.someone_else_has, work, relationships=relationships, besides=person_id)
    if address and has(address=address):
        raise domain.AddressShared
    if phone and has(phone=phone):
        raise domain.NumberShared


def confirm_card(work: UnitOfWork, card: ContactCard, now: datetime) -> None:
    """Note that a person confirmed their card alone, today."""
    card.confirmed_on = queries.today_at(work, card.clinic_id, now)
    card.confirmed_by = work.actor.id


def _keep(work: UnitOfWork, card: ContactCard, contact: Contact) -> None:
    windows = [window.content() for window in contact.windows]
    work.seal(
        card,
        email=contact.email,
        phone=contact.phone,
        windows=windows or None,
        ways={"means": sorted(contact.means), **contact.manner.content()},
    )
    card.private = contact.private and bool(contact.email or contact.phone)
    card.by_email = Means.EMAIL in contact.means
    card.own_device = contact.manner.own_device


def _of(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> tuple[Person, ContactCard]:
    person = work.get(Person, clinic_id, person_id)
    return person, work.get(ContactCard, clinic_id, person_id)
