"""A relationship comes into care: its members are known, each consents alone; or it leaves."""

from collections.abc import Mapping
from datetime import time
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from deploy.seed.cast import Person, Together
from deploy.seed.founding import POLICY, Network
from deploy.seed.stage import Stage, staff_actor
from services.intake.consent.usecases import answer
from services.intake.people import usecases as people
from services.intake.people.domain import (
    Contact,
    Details,
    Device,
    Manner,
    Means,
    NewMember,
    windows_on,
)
from services.intake.people.models import Member
from services.intake.screening.usecases import record_talk
from shared.auth.actors import Actor, Role
from shared.store import UnitOfWork

ITEMS = "checkin.safety_items"
SAFE_HOURS = windows_on(range(7), time(17), time(22))


def open_one(stage: Stage, network: Network, together: Together) -> None:
    """Open a relationship, and keep what each of its members permits."""
    clinic_id = network.clinics[together.clinic.key]
    clinician_id = network.staff[together.clinician.key]
    now = stage.clock.now()

    def open_it(work: UnitOfWork) -> dict[str, object]:
        relationship = people.open_relationship(
            work,
            clinic_id=clinic_id,
            clinician_id=clinician_id,
            members=[_new_member(person) for person in together.members],
            label=together.label,
            spoken_alone=True,
            now=now,
        )
        ids = _ids(work, relationship.id, together)
        for person in together.members:
            permits = {
                POLICY: True,
                "checkin.email": person.permits_mail or together.label is not None,
                "report.aggregate": together.counted,
            }
            if person.permits_items is not None:
                permits[ITEMS] = person.permits_items
            answer(
                work,
                clinic_id=clinic_id,
                person_id=ids[person.key],
                answers=permits,
                locale=person.language,
                now=now,
            )
        return {"relationship": relationship.id, "members": ids}

    key = f"relationship/{together.key}"
    stage.ledger.once("intake", key, open_it, clinics={clinic_id})


def meet_alone(stage: Stage, network: Network, together: Together) -> None:
    """Keep that the clinician spoke with each member alone, before anything joint."""
    clinic_id = network.clinics[together.clinic.key]
    relationship_id, members = known_as(stage, together)
    now = stage.clock.now()

    def meet_all(work: UnitOfWork) -> None:
        for person_id in members.values():
            record_talk(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                held_on=now.date(),
                alone=True,
                now=now,
            )

    key = f"met/{together.key}"
    actor = _clinician_of(network, together)
    stage.ledger.once("intake", key, meet_all, clinics={clinic_id}, actor=actor)


def confirm_cards(stage: Stage, network: Network, together: Together, number: int) -> None:
    """Keep that each member said alone that their contact card still holds."""
    clinic_id = network.clinics[together.clinic.key]
    _, members = known_as(stage, together)

    def confirm_all(work: UnitOfWork) -> None:
        for person_id in members.values():
            people.confirm_contact(
                work,
                clinic_id=clinic_id,
                person_id=person_id,
                spoken_alone=True,
                now=stage.clock.now(),
            )

    key = f"confirmed/{together.key}/{number}"
    actor = _clinician_of(network, together)
    stage.ledger.once("intake", key, confirm_all, clinics={clinic_id}, actor=actor)


def end_items(stage: Stage, network: Network, together: Together) -> None:
    """Keep that some members end what they permitted to be asked."""
    clinic_id = network.clinics[together.clinic.key]
    _, members = known_as(stage, together)
    ending = [person for person in together.members if person.ends_items]

    def end_all(work: UnitOfWork) -> None:
        for person in ending:
            answer(
                work,
                clinic_id=clinic_id,
                person_id=members[person.key],
                answers={ITEMS: False},
                locale=person.language,
                now=stage.clock.now(),
            )

    if ending:
        key = f"items/{together.key}"
        stage.ledger.once("intake", key, end_all, clinics={clinic_id})


def close_one(stage: Stage, network: Network, together: Together) -> None:
    """Close a relationship, as was agreed."""
    clinic_id = network.clinics[together.clinic.key]
    relationship_id, _ = known_as(stage, together)
    actor = _clinician_of(network, together)

    def close_it(work: UnitOfWork) -> None:
        people.close_relationship(work, relationship_id=relationship_id, now=stage.clock.now())

    key = f"closed/{together.key}"
    stage.ledger.once("intake", key, close_it, clinics={clinic_id}, actor=actor)


def known_as(stage: Stage, together: Together) -> tuple[UUID, Mapping[str, UUID]]:
    """Return the id of a relationship, and those of its members by the keys of the cast."""
    known = stage.ledger.results("intake", "relationship/")[together.key]
    members = {key: UUID(person_id) for key, person_id in known["members"].items()}
    return UUID(known["relationship"]), members


def _clinician_of(network: Network, together: Together) -> Actor:
    return staff_actor(
        network.staff[together.clinician.key],
        Role.CLINICIAN,
        [network.clinics[together.clinic.key]],
        network.organization_id,
    )


def _new_member(person: Person) -> NewMember:
    details = Details(
        name=person.name, zone=person.zone, language=person.language, pronouns=person.pronouns
    )
    contact = Contact(
        email=person.email,
        private=True,
        windows=SAFE_HOURS,
        means=frozenset({Means.EMAIL}),
        checked=frozenset({Means.EMAIL}),
        manner=Manner(device=Device.NOBODY),
    )
    return NewMember(details=details, contact=contact, key=_mark(person))


def _ids(work: UnitOfWork, relationship_id: UUID, together: Together) -> dict[str, UUID]:
    rows = select(Member.external_key, Member.person_id).where(
        Member.relationship_id == relationship_id
    )
    found = {row.external_key: row.person_id for row in work.session.execute(rows)}
    return {person.key: found[_mark(person)] for person in together.members}


def _mark(person: Person) -> bytes:
    return sha256(person.key.encode()).digest()
