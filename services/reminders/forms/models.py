"""Rows of forms: which are open in a browser, and which were sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reminders.roster.models import Base
from shared.auth.link_rows import OpenFormRow
from shared.columns import holding
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class OpenForm(OpenFormRow, Base):
    """A form that is open in a browser, known by the keyed hash of what its cookie holds.

    It keeps the set that it was opened with; what was open before any was kept asks the plain one.
    """

    __tablename__ = "open_form"

    prompt_id: Mapped[UUID]
    set_code: Mapped[str] = mapped_column(
        String(20), server_default="weekly", info=holding(DataClass.CODE)
    )
    set_version: Mapped[int] = mapped_column(server_default="2")


class Form(ClinicRow, Base):
    """What a person sent, once per prompt; the answers are sealed with the person's key."""

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("clinic_id", "prompt_id"),
        ForeignKeyConstraint(["clinic_id", "prompt_id"], ["prompt.clinic_id", "prompt.id"]),
    )

    prompt_id: Mapped[UUID]
    person_id: Mapped[UUID]
    relationship_id: Mapped[UUID]
    set_code: Mapped[str] = mapped_column(String(20), info=holding(DataClass.CODE))
    set_version: Mapped[int]
    submitted_at: Mapped[datetime]
    content: Mapped[bytes | None] = sealed(
        DataClass.ANSWER, scope=Scope.PERSON, subject="person_id"
    )
