"""Rows that sessions keeps of what the other services told it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.columns import COLUMN_TYPES, NAMES, holding
from shared.contracts.words import PromptOutcome, RelationshipState
from shared.erasure import ErasureRow
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class Base(DeclarativeBase):
    """What all rows of sessions have in common."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = COLUMN_TYPES


class Clinic(ClinicRow, Base):
    """A clinic; its id is the clinic's own."""

    __tablename__ = "clinic"

    name: Mapped[str] = mapped_column(String(200), default="", info=holding(DataClass.HOUSE_WORDS))
    zone: Mapped[str] = mapped_column(String(60), default="UTC", info=holding(DataClass.CODE))
    version: Mapped[int] = mapped_column(default=0)


class Relationship(ClinicRow, Base):
    """Two or more people in care together, and who treats them."""

    __tablename__ = "relationship"
    __table_args__ = (Index("ix_relationship_clinician", "clinic_id", "clinician_id", "state"),)

    episode_id: Mapped[UUID]
    clinician_id: Mapped[UUID]
    state: Mapped[RelationshipState] = mapped_column(default=RelationshipState.OPEN)
    version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Person(ClinicRow, Base):
    """Someone in care: the name they chose, how to speak of them, and their language.

    ``available``: whether anything that rests on their permission may begin or go on.
    """

    __tablename__ = "person"

    version: Mapped[int] = mapped_column(default=0)
    name: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    pronouns: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    language: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    available: Mapped[bool] = mapped_column(default=True)
    available_version: Mapped[int] = mapped_column(default=0)


class ErasedPerson(ErasureRow, Base):
    """That a person was erased here; late facts do not bring them back."""

    __tablename__ = "erased_person"


class Membership(ClinicRow, Base):
    """A person's part in one relationship. ``met``: the clinician has met them on their own."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("clinic_id", "relationship_id", "person_id"),
        ForeignKeyConstraint(
            ["clinic_id", "relationship_id"], ["relationship.clinic_id", "relationship.id"]
        ),
        ForeignKeyConstraint(["clinic_id", "person_id"], ["person.clinic_id", "person.id"]),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    active: Mapped[bool] = mapped_column(default=True)
    met: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]


class Availability(ClinicRow, Base):
    """Whether joint things may be offered to a relationship now; its id is the relationship's."""

    __tablename__ = "availability"

    available: Mapped[bool]
    version: Mapped[int]


class Form(ClinicRow, Base):
    """A form that a person sent in; ``read_at`` is when its answers arrived here."""

    __tablename__ = "form"
    __table_args__ = (
        Index("ix_form_relationship", "clinic_id", "relationship_id", "received_at"),
        Index("ix_form_person", "clinic_id", "person_id", "received_at"),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    answers: Mapped[bytes | None] = sealed(
        DataClass.ANSWER, scope=Scope.PERSON, subject="person_id"
    )


class Delivery(ClinicRow, Base):
    """How a prompt to one person was settled; its id is the prompt's."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_relationship", "clinic_id", "relationship_id"),)

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID]
    outcome: Mapped[PromptOutcome]
    settled_at: Mapped[datetime]
