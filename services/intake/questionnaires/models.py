"""What is kept of questionnaires. Which one it was, and what was said, is sealed for the person."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from services.intake.questionnaires.domain import Method
from shared.columns import holding
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class Questionnaire(ClinicRow, Base):
    """One filling-in by one person, as part of one relationship.

    ``content`` holds pack, version, hash of its words and rules, language, answers and score.
    ``filled_on`` is there once it is finished; before that it is the person's own draft.
    """

    __tablename__ = "questionnaire"
    __table_args__ = (
        Index("ix_questionnaire_person", "clinic_id", "relationship_id", "person_id"),
        of_clinic("relationship", "relationship_id"),
        of_clinic("person", "person_id"),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    method: Mapped[Method]
    seat_id: Mapped[UUID | None] = mapped_column(index=True)
    recorded_by: Mapped[UUID | None]
    began_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    filled_on: Mapped[date | None]
    content: Mapped[bytes | None] = sealed(
        DataClass.ANSWER, scope=Scope.PERSON, subject="person_id"
    )


class Threshold(ClinicRow, Base):
    """From how many points on a clinic calls a change one, where nobody published that."""

    __tablename__ = "questionnaire_limit"

    pack: Mapped[int]
    points: Mapped[float] = mapped_column(info=holding(DataClass.NUMBER))
    source: Mapped[str] = mapped_column(String(300), info=holding(DataClass.HOUSE_WORDS))
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]
