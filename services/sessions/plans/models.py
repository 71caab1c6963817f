"""Rows of what was offered, what each member said to it alone, and when it is due to end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.plans.domain import EarlierMethod
from services.sessions.roster.models import Base
from shared.columns import holding
from shared.consent.kept import TextRow
from shared.consent.sealed import SealedRevisionRow
from shared.contracts.words import PlanState
from shared.keys import DataClass, Scope
from shared.store import ClaimRow, ClinicRow, sealed


class Plan(ClinicRow, Base):
    """One thing offered to one relationship. ``ending`` says why it ended, sealed."""

    __tablename__ = "plan"
    __table_args__ = (
        Index("ix_plan_relationship", "clinic_id", "relationship_id", "state"),
        ForeignKeyConstraint(
            ["clinic_id", "relationship_id"], ["relationship.clinic_id", "relationship.id"]
        ),
        CheckConstraint(
            "state <> 'running' OR (released_at IS NOT NULL AND started_at IS NOT NULL)",
            name="released_before_running",
        ),
    )

    relationship_id: Mapped[UUID]
    experiment: Mapped[str] = mapped_column(String(20), info=holding(DataClass.CODE))
    menu_version: Mapped[int]
    days: Mapped[int]
    state: Mapped[PlanState] = mapped_column(default=PlanState.OFFERED)
    version: Mapped[int] = mapped_column(default=0)
    offered_by: Mapped[UUID | None]
    offered_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[bytes | None] = sealed(
        DataClass.CLINICAL, scope=Scope.RELATIONSHIP, subject="relationship_id"
    )


class OfferRevision(SealedRevisionRow, Base):
    """One word of one member about one offer, with the text that was read to them.

    What they said is sealed; rows are added, never changed.
    """

    __tablename__ = "offer_revision"
    __table_args__ = (
        Index("ix_offer_revision_purpose", "clinic_id", "purpose"),
        UniqueConstraint("clinic_id", "person_id", "position"),
        UniqueConstraint("clinic_id", "person_id", "purpose", "revision"),
        ForeignKeyConstraint(["clinic_id", "person_id"], ["person.clinic_id", "person.id"]),
    )


class OfferText(TextRow, Base):
    """A text as it was read to a member."""

    __tablename__ = "consent_text"


class EarlierAnswer(ClinicRow, Base):
    """What a member said before the text was kept with it; none is added, and none permits."""

    __tablename__ = "plan_answer"
    __table_args__ = (
        Index("ix_plan_answer_plan", "clinic_id", "plan_id", "recorded_at"),
        ForeignKeyConstraint(["clinic_id", "plan_id"], ["plan.clinic_id", "plan.id"]),
    )

    plan_id: Mapped[UUID]
    person_id: Mapped[UUID]
    method: Mapped[EarlierMethod]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    said: Mapped[bytes | None] = sealed(DataClass.CLINICAL, scope=Scope.PERSON, subject="person_id")


class PlanDue(ClaimRow, Base):
    """When an open plan must be looked at: its offer lapses or its days are over."""

    __tablename__ = "plan_due"

    due_at: Mapped[datetime] = mapped_column(index=True)
