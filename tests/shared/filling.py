"""One row in every table of a database, made up from the catalogue alone."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.errors import Error

Row = dict[str, Any]


def columns_of(connection: Connection, table: str) -> dict[str, str]:
    """Return the columns of a table and their types."""
    rows = connection.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    return dict(rows.fetchall())


def row_of(columns: dict[str, str], *, clinic_id: UUID, other_id: UUID) -> Row:
    """Return a row in which every id but the clinic's is ``other_id``, so that rows fit together.

    Whatever else is unique follows from that id, too.
    """
    number = other_id.int % 1_000
    values: dict[str, Any] = {
        "uuid": other_id,
        "timestamptz": datetime(2026, 3, 2, tzinfo=UTC),
        "date": datetime(2026, 3, 2, tzinfo=UTC).date(),
        "varchar": str(number),
        "text": str(number),
        "bytea": other_id.bytes,
        "bool": True,
        "float8": 1.0,
        **dict.fromkeys(("int2", "int4", "int8"), number),
    }
    return {name: values[kind] for name, kind in columns.items()} | {"clinic_id": clinic_id}


def fill(connection: Connection, table: str, row: Row) -> None:
    """Put a row into a table as a superuser can: unseen by foreign keys and triggers."""
    connection.execute("SET session_replication_role = replica")
    connection.execute(insert_into(table, row), list(row.values()))
    connection.execute("SET session_replication_role = DEFAULT")


def insert_into(table: str, row: Row) -> sql.Composed:
    """Return the statement that puts a row into a table."""
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )


def answer_to(connection: Connection, statement: Any, given: Any = ()) -> str:
    """Return what the database answers: how many rows, or the class of its refusal.

    The transaction goes on as if nothing had been asked.
    """
    connection.execute("SAVEPOINT asking")
    try:
        asked = connection.execute(statement, given)
        return str(asked.fetchone()[0] if asked.description else asked.rowcount)
    except Error as refusal:
        return type(refusal).__name__
    finally:
        connection.execute("ROLLBACK TO SAVEPOINT asking")
