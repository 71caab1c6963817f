"""Hands the tables of reports to alembic."""

from services.reports.app import Base
from shared.migrating import run

run(Base.metadata)
