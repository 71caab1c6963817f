"""Rows that reminders keeps of what others told it, and of what a person stopped."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.reminders.roster.domain import CARD_DAYS
from shared.columns import COLUMN_TYPES, NAMES, holding
from shared.contracts.words import Channel, PlanState, Purpose, RelationshipState
from shared.erasure import ErasureRow
from shared.keys import DataClass, Scope
from shared.store import ClaimRow, ClinicRow, sealed


class Base(DeclarativeBase):
    """The rows of reminders."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class KnownClinic(ClaimRow, Base):
    """A clinic for which there is work to look for; its id is the clinic's."""

    __tablename__ = "known_clinic"

    since: Mapped[datetime]


class Clinic(ClinicRow, Base):
    """A clinic as its people know it, and what it goes by.

    ``card_days``: for how many days it trusts a contact card. ``policy``: the code of the one that
    it chose on what is said alone, empty where none is.
    """

    __tablename__ = "clinic"

    version: Mapped[int] = mapped_column(default=0)
    zone: Mapped[str] = mapped_column(String(60), default="UTC", info=holding(DataClass.CODE))
    sender: Mapped[str] = mapped_column(String(60), default="", info=holding(DataClass.HOUSE_WORDS))
    help: Mapped[str] = mapped_column(Text, default="", info=holding(DataClass.HOUSE_WORDS))
    card_days: Mapped[int] = mapped_column(default=CARD_DAYS)
    policy: Mapped[str] = mapped_column(String(40), default="", info=holding(DataClass.CODE))


class Relationship(ClinicRow, Base):
    """Two or more people in care together."""

    __tablename__ = "relationship"

    episode_id: Mapped[UUID]
    clinician_id: Mapped[UUID]
    state: Mapped[RelationshipState] = mapped_column(default=RelationshipState.OPEN)
    version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    last_session_at: Mapped[datetime | None]


class Person(ClinicRow, Base):
    """A person, known only by how they may be reached; ``box`` compares letter boxes."""

    __tablename__ = "person"

    version: Mapped[int] = mapped_column(default=0)
    card: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    box: Mapped[str | None] = mapped_column(String(64), info=holding(DataClass.DIGEST))


class ErasedPerson(ErasureRow, Base):
    """That a person was erased here; late facts do not bring them back."""

    __tablename__ = "erased_person"


class Membership(ClinicRow, Base):
    """A person's part in a relationship; ``place`` counts the joining, from 0."""

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
    place: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int]


class Consent(ClinicRow, Base):
    """The newest revision of one person's permission for one purpose."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("clinic_id", "person_id", "purpose"),)

    person_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    permitted: Mapped[bool]
    revision: Mapped[int]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    text_version: Mapped[int] = mapped_column(default=0)


class Stop(ClinicRow, Base):
    """Whether a person has ended a channel; while it stands, no permission counts."""

    __tablename__ = "stop"
    __table_args__ = (UniqueConstraint("clinic_id", "person_id", "channel"),)

    person_id: Mapped[UUID]
    channel: Mapped[Channel]
    standing: Mapped[bool]
    version: Mapped[int]
    changed_at: Mapped[datetime]


class Plan(ClinicRow, Base):
    """Something that a relationship was offered to try, and where that stands."""

    __tablename__ = "plan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "relationship_id"], ["relationship.clinic_id", "relationship.id"]
        ),
    )

    relationship_id: Mapped[UUID]
    state: Mapped[PlanState]
    version: Mapped[int]
