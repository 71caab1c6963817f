"""Hands the tables of intake to alembic; its app knows them all."""

from services.intake.app import create_app
from services.intake.directory.models import Base
from shared.migrating import run

assert create_app  # importing it made every table known
run(Base.metadata)
