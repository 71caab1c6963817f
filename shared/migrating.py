"""Bringing a service's database up to date, by the history of its own that each service keeps.

``env.py`` of each service hands its metadata over; the tables of the backbone belong to every
service's history.
"""

from importlib.resources import as_file, files
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData

from shared.columns import Moment
from shared.store.everywhere import settle_in, together

_ONE_AT_A_TIME = Lock()
"""alembic keeps what it works on in one place per process."""


def migrate(engine: Engine, service: str, metadata: MetaData, *, to: str = "head") -> None:
    """Apply every migration up to one that a database lacks; safe to run twice at once.

    Whatever tables there are at the head are protected by what they declare, not by what a
    migration remembered.
    """
    place = files(f"services.{service}.migrations")
    with _ONE_AT_A_TIME, as_file(place) as folder, engine.connect() as connection:
        _take_turns(connection)
        command.upgrade(_configured(folder, connection), to)
        if to == "head":
            settle_in(connection, together(metadata))
        connection.commit()


def new_migration(engine: Engine, service: str, says: str, number: str) -> None:
    """Write the next migration of a service from the difference to its models (developers)."""
    with as_file(files(f"services.{service}.migrations")) as folder, engine.connect() as connection:
        configured = _configured(folder, connection)
        command.revision(configured, message=says, rev_id=number, autogenerate=True)


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """Return how a database differs from the models; empty when it is up to date."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(found, together(metadata)))


def run(metadata: MetaData) -> None:
    """Run the migrations that alembic asks for; called by each service's ``env.py``."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=together(metadata),
        render_item=_rendered,
        render_as_batch=True,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


def _configured(folder: Path, connection: Connection) -> Config:
    configured = Config()
    configured.set_main_option("script_location", str(folder).replace("%", "%%"))
    configured.attributes["connection"] = connection
    return configured


def _take_turns(connection: Connection) -> None:
    """Let one process migrate after the other; SQLite has its write lock for that."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('attune.migrate'))")


def _rendered(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Moment):
        autogenerate.imports.add("from shared.columns import Moment")
        return "Moment()"
    return False
