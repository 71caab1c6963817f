"""Frozen rows of engagement: which quarters are closed, and what each contributed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reminders.roster.models import Base
from shared.columns import holding
from shared.labels import DataClass
from shared.store import ClinicRow


class ClosedPeriod(ClinicRow, Base):
    """A quarter (year * 10 + quarter) of one clinic that is closed for good."""

    __tablename__ = "closed_period"
    __table_args__ = (UniqueConstraint("clinic_id", "period"),)

    period: Mapped[int]
    closed_at: Mapped[datetime]


class Contribution(ClinicRow, Base):
    """What one episode contributed to one closed quarter; never changed."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("clinic_id", "period", "episode_id", "measure"),
        ForeignKeyConstraint(
            ["clinic_id", "period"], ["closed_period.clinic_id", "closed_period.period"]
        ),
    )

    period: Mapped[int]
    episode_id: Mapped[UUID]
    measure: Mapped[str] = mapped_column(String(40), info=holding(DataClass.CODE))
    value: Mapped[str] = mapped_column(String(20), info=holding(DataClass.CODE))
