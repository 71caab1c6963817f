"""The ledger of consent, the texts that were shown, and the seats at which members answer."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from shared.auth.seats import SeatRow
from shared.columns import holding
from shared.consent.ledger import RevisionRow
from shared.labels import DataClass


class ConsentRevision(RevisionRow, Base):
    """One answer of one person about one purpose; rows are added, never changed."""

    __tablename__ = "consent_revision"
    __table_args__ = (
        of_clinic("person", "person_id"),
        UniqueConstraint("clinic_id", "person_id", "position"),
        UniqueConstraint("clinic_id", "person_id", "purpose", "revision"),
    )


class ConsentText(Base):
    """A text as it was shown, kept under its hash so that it can be shown again in years."""

    __tablename__ = "consent_text"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=holding(DataClass.DIGEST))
    canonical: Mapped[str] = mapped_column(String(8000), info=holding(DataClass.HOUSE_WORDS))
    kept_at: Mapped[datetime]


class Seat(SeatRow, Base):
    """A member's place at the clinic's own screen."""

    __tablename__ = "seat"
    __table_args__ = (of_clinic("person", "person_id"),)
