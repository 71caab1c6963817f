"""Columns that mean the same on every database."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, LargeBinary, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from shared.keys import DataClass, Scope

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are named, so that a migration can name them too."""


class Moment(TypeDecorator[datetime]):
    """A point in time, always in UTC, whichever database keeps it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; return it in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC, also from a database that forgets zones."""
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value and value.astimezone(UTC)


COLUMN_TYPES: dict[Any, Any] = {
    datetime: Moment,
    StrEnum: Enum(
        StrEnum, native_enum=False, length=40, values_callable=lambda words: [str(w) for w in words]
    ),
    UUID: Uuid,
}


def new_base() -> type[DeclarativeBase]:
    """Return the declarative base of one service, with metadata of its own."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMES)
        type_annotation_map = COLUMN_TYPES

    return Base


def sealed(
    data_class: DataClass, *, scope: Scope, subject: str = "id"
) -> MappedColumn[bytes | None]:
    """Declare a personal column: what it holds, and whose key (``subject`` names the id) seals it.

    Its value is written with ``work.seal`` and read with ``work.open``.
    """
    info = {"class": data_class, "scope": scope, "subject": subject}
    return mapped_column(LargeBinary, nullable=True, info=info)
