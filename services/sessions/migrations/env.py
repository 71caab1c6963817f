"""Hands the tables of sessions to alembic; its app knows them all."""

from services.sessions.app import create_app
from services.sessions.roster.models import Base
from shared.migrating import run

assert create_app  # importing it made every table known
run(Base.metadata)
