"""The kinds of rows that belong to a clinic."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.tenancy import Kind, protected_as


class OfClinic:
    """A row of one clinic: its key starts with the clinic."""

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)


class ClinicRow(OfClinic):
    """A row that only its clinic's own work sees."""


class ClaimRow(OfClinic):
    """A row of ids and times only, which a worker of all clinics may read to claim due work."""

    clinic_id: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-2, info=protected_as(Kind.CLAIM)
    )


class LookupRow(OfClinic):
    """A row that is found by a keyed hash before it is known which clinic it belongs to."""

    clinic_id: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-2, info=protected_as(Kind.LOOKUP)
    )
