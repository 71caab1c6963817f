"""Adding a row that may be there already, in the words of SQLite or of PostgreSQL."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Any) -> Any:
    """Return an ``INSERT`` that can say what becomes of a row that is there (``on_conflict_…``)."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)
