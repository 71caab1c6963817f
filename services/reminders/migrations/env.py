"""Hands the tables of reminders to alembic; its app knows them all."""

from services.reminders.app import create_app
from services.reminders.roster.models import Base
from shared.migrating import run

assert create_app  # importing it made every table known
run(Base.metadata)
