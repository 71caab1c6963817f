"""Hands the tables of reminders to alembic."""

from services.reminders.app import Base
from shared.migrating import run

run(Base.metadata)
