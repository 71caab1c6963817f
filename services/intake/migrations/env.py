"""Hands the tables of intake to alembic."""

from importlib import import_module

from services.intake.directory.models import Base
from shared.migrating import run

import_module("services.intake.app")  # makes the tables of every capability known
run(Base.metadata)
