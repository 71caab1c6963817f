"""Releases as they stand: added once, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from services.reports.contributions.models import Base
from shared.columns import holding
from shared.labels import DataClass


class Frozen(Exception):
    """A release that is out is neither changed nor deleted."""


class Release(Base):
    """One release of an organization. ``document`` is its canonical JSON, and all that is printed.

    Releases of a series form a chain: each holds the fingerprint of the one before it.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("organization_id", "series", "period"),
        UniqueConstraint("organization_id", "series", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    series: Mapped[str] = mapped_column(String(20), info=holding(DataClass.CODE))
    number: Mapped[int]
    period: Mapped[int]
    document: Mapped[str] = mapped_column(Text, info=holding(DataClass.RELEASED))
    sha256: Mapped[str] = mapped_column(String(64), info=holding(DataClass.DIGEST))
    previous_sha256: Mapped[str | None] = mapped_column(String(64), info=holding(DataClass.DIGEST))
    published_at: Mapped[datetime]


@event.listens_for(Release, "before_update")
@event.listens_for(Release, "before_delete")
def _refuse(_mapper: Any, _connection: Any, _release: Release) -> None:
    raise Frozen
