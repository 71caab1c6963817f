"""Hands the tables of reminders to alembic."""

from importlib import import_module

from services.reminders.roster.models import Base
from shared.migrating import run

import_module("services.reminders.app")  # makes the tables of every capability known
run(Base.metadata)
