"""A file that was read and waits for a yes; it is deleted once it was taken in, or soon after."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.intake.directory.models import Base
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class WaitingFile(ClinicRow, Base):
    """The text of a file, and which clinician its relationships would have."""

    __tablename__ = "waiting_file"

    clinician_id: Mapped[UUID]
    brought_by: Mapped[UUID | None]
    brought_at: Mapped[datetime]
    content: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.CLINIC)
