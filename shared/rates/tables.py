"""The table of what was tried lately, in the database of every service."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table

from shared.columns import NAMES, Moment, holding
from shared.labels import DataClass

rates = MetaData(naming_convention=NAMES)

rate_count = Table(
    "rate_count",
    rates,
    Column("whose", LargeBinary(32), primary_key=True, info=holding(DataClass.DIGEST)),
    Column("until", Moment, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)
"""``whose`` is a keyed hash of what was tried and by whom: never an address, and of no clinic."""
