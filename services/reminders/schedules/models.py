"""Rows of schedules: the rule, each occasion, and what is due to be planned or sent."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reminders.roster.models import Base
from services.reminders.schedules.domain import Hold, State
from shared.columns import holding
from shared.labels import DataClass
from shared.store import ClaimRow, ClinicRow


class Schedule(ClinicRow, Base):
    """One form a week for one member; a new version makes what was planned before void."""

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("clinic_id", "relationship_id", "person_id"),
        ForeignKeyConstraint(
            ["clinic_id", "relationship_id"], ["relationship.clinic_id", "relationship.id"]
        ),
        ForeignKeyConstraint(["clinic_id", "person_id"], ["person.clinic_id", "person.id"]),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    weekday: Mapped[int]
    at: Mapped[str] = mapped_column(String(5), info=holding(DataClass.TIME))
    paused: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Prompt(ClinicRow, Base):
    """One occasion on which a person is asked, at most one per person and date.

    ``language``: that of its letter, and so of its form; whoever has a link opens no contact card.
    """

    __tablename__ = "prompt"
    __table_args__ = (
        UniqueConstraint("clinic_id", "person_id", "local_date"),
        ForeignKeyConstraint(["clinic_id", "schedule_id"], ["schedule.clinic_id", "schedule.id"]),
        Index("ix_prompt_schedule", "clinic_id", "schedule_id", "local_date"),
    )

    schedule_id: Mapped[UUID]
    schedule_version: Mapped[int]
    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    local_date: Mapped[date]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.PLANNED)
    reason: Mapped[Hold | None]
    tries: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(
        String(35), default="en", server_default="en", info=holding(DataClass.CODE)
    )
    attempted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Planning(ClaimRow, Base):
    """When a schedule (its id) is next to be looked at by the planner."""

    __tablename__ = "planning"
    __table_args__ = (Index("ix_planning_plan_at", "plan_at"),)

    plan_at: Mapped[datetime]


class Due(ClaimRow, Base):
    """A prompt (its id) that waits to be sent, or whose handing over is not settled."""

    __tablename__ = "due"
    __table_args__ = (Index("ix_due_next_try_at", "next_try_at"),)

    person_id: Mapped[UUID]
    relationship_id: Mapped[UUID]
    next_try_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
