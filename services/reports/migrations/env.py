"""Hands the tables of reports to alembic; its app knows them all."""

from services.reports.app import create_app
from services.reports.contributions.models import Base
from shared.migrating import run

assert create_app  # importing it made every table known
run(Base.metadata)
