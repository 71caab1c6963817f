"""Hands the tables of sessions to alembic."""

from services.sessions.app import Base
from shared.migrating import run

run(Base.metadata)
