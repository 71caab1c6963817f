"""That a clinician spoke with a member alone. What was said is under the person's safety key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class TalkAlone(ClinicRow, Base):
    """One talk; there is one for everybody in care, so that its being there tells nothing.

    ``content`` holds which module was used, in which version, what was answered, and notes.
    """

    __tablename__ = "talk_alone"
    __table_args__ = (
        Index("ix_talk_alone_person", "clinic_id", "relationship_id", "person_id"),
        of_clinic("relationship", "relationship_id"),
        of_clinic("person", "person_id"),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    held_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    content: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.PERSON_SAFETY, subject="person_id"
    )
