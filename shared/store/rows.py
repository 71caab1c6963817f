"""The two kinds of rows that belong to a clinic."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column


class ClinicRow:
    """A row of one clinic: its key starts with the clinic, and only that clinic's work sees it."""

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class ClaimRow:
    """A row of ids and times only, which a worker of all clinics may read to claim due work."""

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
