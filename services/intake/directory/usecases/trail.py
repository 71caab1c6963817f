"""What the directory leaves in the audit trail: who came and went, and who was set up how."""

from collections.abc import Iterable
from uuid import UUID

from services.intake.directory.domain import Posting
from shared.audit.entries import Act
from shared.keys import HOUSE
from shared.store import UnitOfWork


def note_visit(
    work: UnitOfWork, act: Act, staff_id: UUID, place: UUID | None, outcome: str = "done"
) -> None:
    """Note that someone came in, went or was turned away, at a clinic or for the whole house."""
    work.note(
        act,
        clinic_id=place or HOUSE,
        subject_id=staff_id,
        kind="staff",
        what="staff_session",
        outcome=outcome,
    )


def note_set_up(
    work: UnitOfWork, staff_id: UUID, postings: Iterable[Posting], *, what: str
) -> None:
    """Note, wherever someone works, that something about them was set up; ``what`` is the table."""
    for place in {posting.clinic or HOUSE for posting in postings} or {HOUSE}:
        work.note(Act.SET_UP, clinic_id=place, subject_id=staff_id, kind="staff", what=what)
