"""Rows of closed quarters: what each relationship contributed, frozen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.roster.models import Base
from shared.columns import holding
from shared.labels import DataClass, Scope
from shared.store import ClaimRow, ClinicRow, sealed


class Closing(ClaimRow, Base):
    """Which quarter (year * 10 + quarter) a clinic closes next, and when; its id is the clinic."""

    __tablename__ = "closing"

    period: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(index=True)


class ClosedPeriod(ClinicRow, Base):
    """A quarter of a clinic that is closed for good."""

    __tablename__ = "closed_period"
    __table_args__ = (UniqueConstraint("clinic_id", "period"),)

    period: Mapped[int]
    closed_at: Mapped[datetime]


class Contribution(ClinicRow, Base):
    """The one category of one episode in one measure and quarter; never changed.

    The category says how a relationship fared, so it is sealed with the key of that relationship.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("clinic_id", "period", "episode_id", "measure"),
        ForeignKeyConstraint(
            ["clinic_id", "period"], ["closed_period.clinic_id", "closed_period.period"]
        ),
    )

    period: Mapped[int]
    relationship_id: Mapped[UUID]
    episode_id: Mapped[UUID]
    measure: Mapped[str] = mapped_column(String(40), info=holding(DataClass.CODE))
    value: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.RELATIONSHIP, subject="relationship_id"
    )
