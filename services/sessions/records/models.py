"""Rows of the progress log; what was written is never overwritten."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.records.domain import Kind
from services.sessions.roster.models import Base
from shared.columns import holding
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class Entry(ClinicRow, Base):
    """An entry of the progress log; its words are in its revisions, the latest of which counts."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_relationship", "clinic_id", "relationship_id", "happened_on"),
        ForeignKeyConstraint(
            ["clinic_id", "relationship_id"], ["relationship.clinic_id", "relationship.id"]
        ),
    )

    relationship_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    kind: Mapped[Kind]
    happened_on: Mapped[date]
    written_at: Mapped[datetime]
    latest: Mapped[int] = mapped_column(default=1)


class Revision(ClinicRow, Base):
    """What an entry said from a moment on, and why it was changed; rows are only ever added."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("clinic_id", "entry_id", "number"),
        ForeignKeyConstraint(["clinic_id", "entry_id"], ["entry.clinic_id", "entry.id"]),
    )

    entry_id: Mapped[UUID]
    relationship_id: Mapped[UUID]
    number: Mapped[int]
    author_id: Mapped[UUID | None]
    happened_on: Mapped[date]
    written_at: Mapped[datetime]
    parts: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.RELATIONSHIP, subject="relationship_id"
    )
    reason: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.RELATIONSHIP, subject="relationship_id"
    )


class Milestone(ClinicRow, Base):
    """A line in the course of time that another part of sessions put there."""

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_relationship", "clinic_id", "relationship_id", "at"),)

    relationship_id: Mapped[UUID]
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(40), info=holding(DataClass.CODE))
    """What happened, as ``<part>.<past participle>``: plan.offered, plan.running, plan.ended."""
    subject_id: Mapped[UUID]
