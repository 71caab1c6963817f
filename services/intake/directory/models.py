"""What the directory keeps.

Tables without a clinic's key stand outside all clinics, so that someone can sign in before it is
known where they work.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.intake.directory.domain import ADULT_AGE, CARD_DAYS
from shared.auth.actors import Role
from shared.columns import COLUMN_TYPES, NAMES, holding
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class Base(DeclarativeBase):
    """What all of intake's tables are made from."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = COLUMN_TYPES


class Organization(Base):
    """Whoever runs one or more clinics."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), info=holding(DataClass.HOUSE_WORDS))
    founded_at: Mapped[datetime]


class OrganizationClinic(Base):
    """That a clinic belongs to an organization."""

    __tablename__ = "organization_clinic"

    clinic: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)


class Clinic(ClinicRow, Base):
    """A clinic; its id is its clinic_id. ``pepper`` keys the hashes that compare its people.

    ``policy`` is the code of the one that it chose on what is said alone; empty where none is.
    """

    __tablename__ = "clinic"

    organization_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(120), info=holding(DataClass.HOUSE_WORDS))
    zone: Mapped[str] = mapped_column(String(60), info=holding(DataClass.CODE))
    sender: Mapped[str] = mapped_column(String(20), info=holding(DataClass.HOUSE_WORDS))
    help: Mapped[str] = mapped_column(String(2000), default="", info=holding(DataClass.HOUSE_WORDS))
    registered_at: Mapped[datetime]
    card_days: Mapped[int] = mapped_column(default=CARD_DAYS)
    adult_age: Mapped[int] = mapped_column(default=ADULT_AGE)
    policy: Mapped[str] = mapped_column(String(40), default="", info=holding(DataClass.CODE))
    version: Mapped[int] = mapped_column(default=1)
    pepper: Mapped[bytes | None] = sealed(DataClass.CREDENTIAL, scope=Scope.CLINIC)


class DirectoryKey(Base):
    """The one secret that keys the hashes of sign-in names."""

    __tablename__ = "directory_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pepper: Mapped[bytes | None] = sealed(DataClass.CREDENTIAL, scope=Scope.CLINIC)


class StaffAccount(Base):
    """A member of staff. ``last_role`` and ``last_clinic`` are what they had open last.

    ``step_secret`` is what the codes of their second step follow from; ``step_used`` numbers the
    30 seconds whose code was used last, so that none is used twice.
    """

    __tablename__ = "staff_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[bytes | None] = sealed(DataClass.IDENTITY, scope=Scope.PERSON)
    sign_in: Mapped[bytes | None] = sealed(DataClass.CONTACT, scope=Scope.PERSON)
    sign_in_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), unique=True, info=holding(DataClass.DIGEST)
    )
    password: Mapped[bytes | None] = sealed(DataClass.CREDENTIAL, scope=Scope.PERSON)
    step_secret: Mapped[bytes | None] = sealed(DataClass.CREDENTIAL, scope=Scope.PERSON)
    step_used: Mapped[int] = mapped_column(default=0)
    starting: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None]
    last_role: Mapped[Role | None]
    last_clinic: Mapped[UUID | None]
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class StaffRole(Base):
    """A role that someone holds at a clinic, or (no clinic) for their whole organization."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("staff_id", "role", "clinic"), Index(None, "clinic"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    role: Mapped[Role]
    clinic: Mapped[UUID | None]


class RecoveryCode(Base):
    """One of the codes that stand in for a lost phone, as a keyed hash; each is good once."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"), index=True)
    code: Mapped[bytes] = mapped_column(
        LargeBinary(32), unique=True, info=holding(DataClass.DIGEST)
    )
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """One sign-in of one person in one role. ``cookie`` hashes the secret that the browser has.

    ``proved_at`` is when they last showed that it is them, at sign-in or since.
    """

    __tablename__ = "staff_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"), index=True)
    role: Mapped[Role]
    clinic: Mapped[UUID | None]
    cookie: Mapped[bytes] = mapped_column(
        LargeBinary(32), unique=True, info=holding(DataClass.DIGEST)
    )
    signed_in_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StaffSeen(Base):
    """When a sign-in was renewed last: a counter, apart from what looking at a page may change."""

    __tablename__ = "staff_seen"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("staff_session.id"), primary_key=True)
    seen_at: Mapped[datetime]


def of_clinic(table: str, column: str) -> ForeignKeyConstraint:
    """Return the foreign key by which a row refers to another of its own clinic."""
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])
