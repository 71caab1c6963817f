"""What is kept about people: relationships, their members, and each member's contact card."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from shared.columns import holding
from shared.contracts.words import RelationshipState
from shared.keys import DataClass, Scope
from shared.store import ClaimRow, ClinicRow, sealed


class Relationship(ClinicRow, Base):
    """A relationship in care. ``episode_id`` is random: the only id that reports will know."""

    __tablename__ = "relationship"
    __table_args__ = (UniqueConstraint("clinic_id", "external_key"),)

    episode_id: Mapped[UUID]
    clinician_id: Mapped[UUID] = mapped_column(index=True)
    label: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.RELATIONSHIP)
    state: Mapped[RelationshipState] = mapped_column(default=RelationshipState.OPEN)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    external_key: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), info=holding(DataClass.DIGEST)
    )


class Person(ClinicRow, Base):
    """A person in care; they may belong to several relationships, which do not show each other.

    ``erased_at``: they are gone for good; what is left names nobody.
    """

    __tablename__ = "person"

    name: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    pronouns: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    language: Mapped[str] = mapped_column(info=holding(DataClass.CODE))
    zone: Mapped[str] = mapped_column(info=holding(DataClass.CODE))
    version: Mapped[int] = mapped_column(default=1)
    erased_at: Mapped[datetime | None]


class Member(ClinicRow, Base):
    """That a person belongs, or belonged, to a relationship."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("clinic_id", "relationship_id", "person_id"),
        UniqueConstraint("clinic_id", "external_key"),
        of_clinic("relationship", "relationship_id"),
        of_clinic("person", "person_id"),
    )

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    external_key: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), info=holding(DataClass.DIGEST)
    )


class ContactCard(ClinicRow, Base):
    """How a person may be reached; its id is the person's. The hashes only compare.

    What stands open says no more than whether something may be sent: ``by_email`` that they allow
    it, ``own_device`` that no other member uses theirs, the ``checked`` days that what was sent was
    seen to arrive.
    """

    __tablename__ = "contact_card"
    __table_args__ = (of_clinic("person", "id"),)

    email: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    phone: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    windows: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    ways: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    address_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), info=holding(DataClass.DIGEST)
    )
    phone_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), info=holding(DataClass.DIGEST)
    )
    private: Mapped[bool] = mapped_column(default=False)
    by_email: Mapped[bool] = mapped_column(default=False)
    own_device: Mapped[bool] = mapped_column(default=False)
    email_checked_on: Mapped[date | None]
    phone_checked_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    confirmed_by: Mapped[UUID | None]


class Contribution(ClaimRow, Base):
    """Until when an episode may be counted in reports; its id is the relationship's.

    Ids and times only: the clock looks for those that are over.
    """

    __tablename__ = "contribution"
    __table_args__ = (of_clinic("relationship", "id"),)

    episode_id: Mapped[UUID]
    permitted_until: Mapped[datetime | None] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=0)
