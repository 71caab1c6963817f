"""Hands the tables of sessions to alembic."""

from importlib import import_module

from services.sessions.roster.models import Base
from shared.migrating import run

import_module("services.sessions.app")  # makes the tables of every capability known
run(Base.metadata)
