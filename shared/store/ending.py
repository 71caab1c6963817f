"""Destroying someone's keys for good, with a line in the audit trail before."""

from dataclasses import replace
from uuid import UUID

from shared.audit import Act
from shared.auth.actors import Actor, system
from shared.keys import KeyName, Scope
from shared.store.store import Store

ENDED = {
    Scope.PERSON: (Scope.PERSON, Scope.PERSON_SAFETY, Scope.AUDIT),
    Scope.RELATIONSHIP: (Scope.RELATIONSHIP, Scope.AUDIT),
}
"""Which keys end with whose: also the one by which the trail's lines about them are linked."""


def end_keys(store: Store, *, clinic_id: UUID, scope: Scope, subject_id: UUID) -> int:
    """Destroy every key of a person or a relationship; return how many versions there were.

    Nothing of theirs opens afterwards, in this database or in any copy of it, and no key is ever
    made for them again. Other processes notice within 45 s. Safe to do again.
    """
    with store.unit_of_work(clinics={clinic_id}, actor=keeper(store.service)) as work:
        work.note(Act.KEY_ENDED, clinic_id=clinic_id, subject_id=subject_id, kind=scope)
    return sum(store.keys.destroy(KeyName(clinic_id, each, subject_id)) for each in ENDED[scope])


def keys_ended(store: Store, *, clinic_id: UUID, scope: Scope, subject_id: UUID) -> int:
    """Return how many keys of a person or a relationship there were and are destroyed."""
    names = [KeyName(clinic_id, each, subject_id) for each in ENDED[scope]]
    found = [store.keys.store.newest(name) for name in names]
    return sum(one is not None and one.wrapped is None and bool(one.kid) for one in found)


def keeper(service: str) -> Actor:
    """Return the actor under which an operator's command works on keys."""
    return replace(system(service), at=f"{service}:keys")
