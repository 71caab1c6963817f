"""Rows of contributions. None holds a name, a contact, a day, or an id of a couple or person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.reports.contributions.domain import Teller
from shared.columns import COLUMN_TYPES, NAMES, holding
from shared.keys import DataClass, Scope
from shared.store import ClaimRow, ClinicRow, sealed


class Base(DeclarativeBase):
    """The tables of reports."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = COLUMN_TYPES


class ClinicPlace(ClaimRow, Base):
    """To which organization a clinic belongs, and since when; ``id`` is the clinic's."""

    __tablename__ = "clinic_place"

    organization_id: Mapped[UUID] = mapped_column(index=True)
    registered_at: Mapped[datetime]
    version: Mapped[int]


class ClinicName(ClinicRow, Base):
    """How a clinic and its organization are called; ``id`` is the clinic's."""

    __tablename__ = "clinic_name"

    name: Mapped[str] = mapped_column(String(200), info=holding(DataClass.HOUSE_WORDS))
    organization_name: Mapped[str] = mapped_column(String(200), info=holding(DataClass.HOUSE_WORDS))


class ClinicSecret(ClinicRow, Base):
    """K2 of a clinic: what its pseudonyms are made with, sealed; ``id`` is the clinic's."""

    __tablename__ = "clinic_secret"

    secret: Mapped[bytes | None] = sealed(
        DataClass.CREDENTIAL, scope=Scope.CLINIC, subject="clinic_id"
    )


class Permission(ClinicRow, Base):
    """Whether a couple may be counted; ``id`` is its lasting pseudonym.

    A row that does not permit is a tombstone: what is told late about the couple is dropped.
    """

    __tablename__ = "permission"

    permitted: Mapped[bool]
    revision: Mapped[int]


class Closing(ClaimRow, Base):
    """That a teller closed a quarter of a clinic, and whether its rows have been accepted."""

    __tablename__ = "closing"
    __table_args__ = (UniqueConstraint("clinic_id", "period", "teller"),)

    period: Mapped[int] = mapped_column(index=True)
    teller: Mapped[Teller]
    closed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class Contribution(ClinicRow, Base):
    """One couple's place in one measure of a quarter; frozen, unless the couple withdraws."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("clinic_id", "period", "teller", "pseudonym", "measure"),
        Index(None, "clinic_id", "pseudonym"),
    )

    period: Mapped[int]
    teller: Mapped[Teller]
    pseudonym: Mapped[UUID]
    measure: Mapped[str] = mapped_column(String(60), info=holding(DataClass.CODE))
    value: Mapped[str] = mapped_column(String(60), info=holding(DataClass.CODE))
