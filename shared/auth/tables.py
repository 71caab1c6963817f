"""The table of sign-ins that ended, in the database of every service."""

from sqlalchemy import Column, MetaData, Table, Uuid

from shared.columns import NAMES, Moment

sign_ins = MetaData(naming_convention=NAMES)

ended_sign_in = Table(
    "ended_sign_in",
    sign_ins,
    Column("clinic_id", Uuid, primary_key=True),
    Column("sign_in_id", Uuid, primary_key=True),
    Column("ended_at", Moment, nullable=False),
)
"""``clinic_id`` is the organization's id, as in every fact about an organization."""
