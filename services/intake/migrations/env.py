"""Hands the tables of intake to alembic."""

from services.intake.app import Base
from shared.migrating import run

run(Base.metadata)
