"""Database engines with the settings under which a commit is kept and a lock means a lock.

What fails says which statement and why, and none of the values that it was given.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url

BUSY_SECONDS = 10
POOL_SIZE = 10
DATA_EXCEPTION = "22"
"""How PostgreSQL's codes begin where a value itself is what is wrong; the text then quotes it."""


def new_engine(url: str) -> Engine:
    """Return an engine; a write transaction on SQLite begins with its lock already taken.

    On PostgreSQL what is not a unit of work is the backbone's, and sees its tables alone; a unit
    of work narrows that for its own transaction.

    By default pysqlite runs a SELECT before a write outside the transaction, so that
    "look, then insert" would not be atomic; BEGIN IMMEDIATE by hand mends it.
    """
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = _sqlite(url) if sqlite else _postgresql(url)
    event.listen(engine, "handle_error", _leave_values_out)
    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 5, "options": "-c attune.reach=backbone"},
    )


def _sqlite(url: str) -> Engine:
    file = make_url(url).database
    if not file or file == ":memory:":
        raise ValueError("Attune needs a database file: threads share it.")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=2 * POOL_SIZE
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("attune_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _leave_values_out(failure: ExceptionContext) -> None:
    """Cut from an error what PostgreSQL adds of the row: "Key (name)=(Ada) already exists"."""
    found: Any = failure.original_exception
    primary = getattr(getattr(found, "diag", None), "message_primary", None)
    if primary is None:
        return
    if (found.sqlstate or "").startswith(DATA_EXCEPTION):
        primary = f"a value does not fit ({found.sqlstate})"
    found.args = (primary,)
    if failure.sqlalchemy_exception is not None:
        kind = type(found)
        failure.sqlalchemy_exception.args = (f"({kind.__module__}.{kind.__name__}) {primary}",)
