"""Columns that mean the same on every database."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    LargeBinary,
    MetaData,
    Numeric,
    Time,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column
from sqlalchemy.types import Integer, TypeDecorator

from shared.labels import DataClass, Label, Scope, label_of

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
    info = {
        "class": data_class,
        "scope": scope,
        "subject": subject,
        "label": label_of(data_class, scope),
    }
    return mapped_column(LargeBinary, nullable=True, info=info)


def holding(data_class: DataClass) -> dict[str, DataClass]:
    """Return what a column of text or bytes that is not sealed declares as its ``info``."""
    return {"class": data_class}


class Unclassified(Exception):
    """A column of text or bytes does not say what it holds: give it ``info=holding(…)``."""


def class_of(column: Column[Any]) -> DataClass:
    """Return what a column holds: what it declares, or what its type can hold at the most.

    Raises Unclassified for text or bytes that declare nothing.
    """
    declared: DataClass | None = column.info.get("class")
    if declared is not None:
        return declared
    for kinds, found in BY_TYPE.items():
        if isinstance(column.type, kinds):
            return found
    raise Unclassified(f"{column.table.name}.{column.name}")


def label_in(column: Column[Any]) -> Label | None:
    """Return how a sealed column is called where reading is decided; None for any other."""
    found: Label | None = column.info.get("label")
    return found


BY_TYPE: dict[Any, DataClass] = {
    (Uuid,): DataClass.ID,
    (Moment, Date, Time): DataClass.TIME,
    (Enum, Boolean): DataClass.CODE,
    (Integer, Numeric, Float): DataClass.NUMBER,
}
