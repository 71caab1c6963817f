"""What the other services may read about people: each of them only what its work needs."""

from collections.abc import Mapping, Sequence

from services.intake.people import queries
from services.intake.people.domain import Means
from services.intake.people.models import ContactCard, Person
from shared.events.content import Content, Provider, Reference
from shared.store import UnitOfWork


def provide_people(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Give what the asking service may know about people: None of those who were erased.

    One that is not known is left out.
    """
    wanted = {(reference.clinic_id, reference.subject_id) for reference in references}
    found = {
        (person.clinic_id, person.id): (person, card)
        for person, card in queries.existing(work, wanted)
    }
    return {
        reference: _content(work, *found[reference.clinic_id, reference.subject_id])
        for reference in references
        if (reference.clinic_id, reference.subject_id) in found
    }


def _content(work: UnitOfWork, person: Person, card: ContactCard | None) -> Content | None:
    if queries.is_erased(work, person):
        return None
    content = for_reminders if work.actor.service == "reminders" else for_sessions
    return content(work, person, card)


def for_sessions(work: UnitOfWork, person: Person, _card: ContactCard | None) -> Content:
    """Return how a person is called; no way to reach them."""
    details = queries.details_of(work, person)
    return {"name": details.name, "pronouns": details.pronouns, "language": details.language}


def for_reminders(work: UnitOfWork, person: Person, card: ContactCard | None) -> Content:
    """Return how a person may be reached; no name, and nothing that is for calls alone."""
    contact = queries.contact_of(work, card)
    confirmed_on = card.confirmed_on if card else None
    return {
        "language": person.language,
        "zone": person.zone,
        "channels": {
            "email": contact.email if Means.EMAIL in contact.means else None,
            "sms": contact.phone if Means.TEXT in contact.means else None,
        },
        "verified": {one.value: one in contact.checked for one in (Means.EMAIL, Means.TEXT)},
        "windows": [window.content() for window in contact.windows],
        "private": contact.private,
        "shared": card is None or not card.own_device or queries.is_shared(work, card),
        "box": card.address_hash.hex() if card and card.address_hash else None,
        "confirmed_on": confirmed_on.isoformat() if confirmed_on else None,
    }


PROVIDERS = (
    Provider(
        kind="intake.person",
        audience=frozenset({"sessions", "reminders"}),
        provide=provide_people,
    ),
)
