"""What a service's audit trail says, for tests of what leaves a line in it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from shared.audit import audit_entry
from shared.auth.actors import system
from shared.store import Store


def lines(store: Store, clinic_id: UUID) -> list[Any]:
    """Return the lines of a clinic's trail, oldest first."""
    with store.reading(clinics=[clinic_id], actor=system(store.service)) as work:
        in_order = select(audit_entry).where(audit_entry.c.clinic_id == clinic_id)
        return list(work.session.execute(in_order.order_by(audit_entry.c.position)).all())


def seen(store: Store, clinic_id: UUID, person_id: UUID) -> list[Any]:
    """Return the lines about one id."""
    name = store.keys.known_pseudonym(clinic_id, person_id)
    return [line for line in lines(store, clinic_id) if name and line.subject == name]


def break_off(store: Store) -> None:
    """Let nothing more be added to the trail."""
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO elsewhere"))
