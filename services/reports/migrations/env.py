"""Hands the tables of reports to alembic."""

from importlib import import_module

from services.reports.contributions.models import Base
from shared.migrating import run

import_module("services.reports.app")  # makes the tables of every capability known
run(Base.metadata)
