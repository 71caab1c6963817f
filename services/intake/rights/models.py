"""What people asked of what is kept about them, and what each service answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from services.intake.rights.domain import Came, Kind, Service, State
from shared.columns import holding
from shared.erasure import ErasureRow
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class RightsRequest(ClinicRow, Base):
    """One request of one person, taken down with them alone; ``reason`` is the clinician's.

    ``quiet_until`` is there where days lie between asking and deciding.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        of_clinic("relationship", "relationship_id"),
        of_clinic("person", "person_id"),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[Kind]
    came: Mapped[Came]
    state: Mapped[State]
    taken_at: Mapped[datetime]
    taken_by: Mapped[UUID]
    quiet_until: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    reason: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.PERSON, subject="person_id"
    )


class RightsReceipt(ClinicRow, Base):
    """What one service answered to one request; until it did, only ``asked_at`` is there.

    ``errand_id`` is what it is answered under: the request's id, or for reports one of its own.
    """

    __tablename__ = "rights_receipt"
    __table_args__ = (
        UniqueConstraint("clinic_id", "errand_id", "service"),
        ForeignKeyConstraint(
            ["clinic_id", "request_id"], ["rights_request.clinic_id", "rights_request.id"]
        ),
    )

    request_id: Mapped[UUID] = mapped_column(index=True)
    service: Mapped[Service]
    errand_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    stopped: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    keys: Mapped[int] = mapped_column(default=0)


class RightsRule(ClinicRow, Base):
    """A clinic's own rule about these requests; its id is the clinic's."""

    __tablename__ = "rights_rule"

    pause_days: Mapped[int]
    keeps: Mapped[str] = mapped_column(String(600), info=holding(DataClass.HOUSE_WORDS))
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]


class ErasedPerson(ErasureRow, Base):
    """That a person was erased here."""

    __tablename__ = "erased_person"
