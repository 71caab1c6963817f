"""Row-level security on PostgreSQL: no transaction sees a row of a clinic that it did not name.

Every table with a ``clinic_id`` gets its policies and rights from here, by rule, whenever a
database is brought up to date; a new table cannot be forgotten. What a transaction may reach is two
settings of that transaction alone: ``attune.clinics`` and ``attune.reach``. With neither, nothing
is seen.
They guard against what our own code forgets, not against someone who may send SQL of their own.
SQLite has no such thing; there the scoping of ``shared.store.work`` stands alone.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, MetaData, Table, text

APP_ROLE = "attune_app"
"""Under which pages are served, where it exists; may change rows, and owns nothing."""
WORKER_ROLE = "attune_worker"
"""Under which due work of all clinics is claimed, where it exists; a member of the other."""

# In a SELECT of its own, the list is read once and not for every row. The reach is not: it lets all
# rows of a table through or none, which the planner only foresees where it stands alone.
_CLINICS = "(SELECT NULLIF(current_setting('attune.clinics', true), '')::uuid[])::uuid[]"
_REACH = "current_setting('attune.reach', true)"


class Reach(StrEnum):
    """How far a transaction sees beyond the rows of the clinics that it names."""

    CLINICS = "clinics"
    """No further."""
    LOOKUP = "lookup"
    """Where secrets lead: tables of ids, times and keyed hashes, of all clinics."""
    CLAIMS = "claims"
    """What is due: tables of ids and times, of all clinics; and the backbone's."""
    BACKBONE = "backbone"
    """What is told and heard: ids, codes and times, of all clinics. A connection begins with it,
    for the relay, the listener and the feeds work outside of any clinic."""


class Kind(StrEnum):
    """How a table's rows are protected; its column ``clinic_id`` says so."""

    CLINIC = "clinic"
    """Seen by work for their clinic alone."""
    CLAIM = "claim"
    """Ids and times: a worker that looks for what is due sees them, and marks what it takes."""
    LOOKUP = "lookup"
    """Ids, times and keyed hashes: also seen by whoever looks for where a secret leads."""
    BACKBONE = "backbone"
    """What is told and heard: the backbone sees it, and numbers it."""


class Policy(NamedTuple):
    """One policy of a table: for which command and role, and which rows it lets through."""

    name: str
    command: str
    role: str
    rows: str

    def on(self, table: str) -> str:
        """Return the statement that makes it; what is written must fit as what is read."""
        clauses = {"USING": self.command != "INSERT", "WITH CHECK": self.command != "SELECT"}
        rules = " ".join(f"{clause} ({self.rows})" for clause, meant in clauses.items() if meant)
        return f"CREATE POLICY {self.name} ON {table} FOR {self.command} TO {self.role} {rules}"


def protected_as(kind: Kind) -> dict[str, Any]:
    """Return the ``info`` of a column ``clinic_id``."""
    return {"tenancy": kind}


def narrow(connection: Connection, clinics: Iterable[UUID], reach: Reach) -> None:
    """Let the rest of this transaction see these clinics, and no further than ``reach``.

    Both settings end with the transaction, also where it fails; a pool hands on none of it.
    The driver is asked at once, for half the price; where it refuses, SQLAlchemy asks once more,
    and raises what its callers know (and leaves a connection that was lost).
    """
    if connection.dialect.name != "postgresql":
        return
    settings = (f"{{{','.join(sorted(map(str, clinics)))}}}", str(reach))
    try:
        connection.connection.cursor().execute(_NARROW, settings)
    except psycopg.Error:
        connection.exec_driver_sql(_NARROW, settings)


def secure(connection: Connection, metadata: MetaData) -> None:
    """Give every table its rights and, where it has a ``clinic_id``, its policies.

    Whatever policies and rights were there before are taken away first.
    """
    if connection.dialect.name != "postgresql":
        return
    known = connection.execute(_ROLES, {"names": [APP_ROLE, WORKER_ROLE]}).scalars().all()
    worker = WORKER_ROLE if WORKER_ROLE in known else "PUBLIC"
    there = set(connection.execute(_TABLES).scalars())
    for table in metadata.sorted_tables:
        if table.name in there:
            for statement in (*_rights(table, known), *_protection(connection, table, worker)):
                connection.execute(text(statement))
    if APP_ROLE in known:
        connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}"))


def _rights(table: Table, known: Iterable[str]) -> Iterator[str]:
    """Yield what lets the runtime roles change rows, and do nothing else."""
    name = f'"{table.name}"'
    for role in ("PUBLIC", *known):
        yield f"REVOKE ALL ON {name} FROM {role}"
    if APP_ROLE in known:
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APP_ROLE}"


def _protection(connection: Connection, table: Table, worker: str) -> Iterator[str]:
    if "clinic_id" not in table.c:
        return
    name = f'"{table.name}"'
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    for old in connection.execute(_POLICIES, {"name": table.name}).scalars():
        yield f'DROP POLICY "{old}" ON {name}'
    kind = table.c.clinic_id.info.get("tenancy", Kind.CLINIC)
    for policy in (_OF_ITS_CLINICS, *_beyond(kind, worker)):
        yield policy.on(name)


def _beyond(kind: Kind, worker: str) -> Iterator[Policy]:
    """Yield what else lets rows of a kind through; never a row that is added or removed."""
    claiming, backbone = f"{_REACH} = 'claims'", f"{_REACH} IN ('backbone', 'claims')"
    match kind:
        case Kind.CLAIM:
            yield Policy("claimed", "SELECT", worker, claiming)
            yield Policy("claimed_and_marked", "UPDATE", worker, claiming)
        case Kind.LOOKUP:
            yield Policy("looked_up", "SELECT", "PUBLIC", f"{_REACH} = 'lookup'")
        case Kind.BACKBONE:
            yield Policy("told_and_heard", "SELECT", "PUBLIC", backbone)
            yield Policy("numbered", "UPDATE", "PUBLIC", backbone)


_OF_ITS_CLINICS = Policy("of_its_clinics", "ALL", "PUBLIC", f"clinic_id = ANY ({_CLINICS})")


def loose_ends(engine: Engine, *, works: bool = False) -> list[str]:
    """Return why the role of this engine is not fit for real people's data; one sentence each.

    ``works`` says that the process is a worker, which alone may claim due work of all clinics.
    """
    if engine.dialect.name != "postgresql":
        return ["the database is SQLite, which has no row-level security"]
    with engine.connect() as connection:
        found = [says for says, wrong in _WRONG.items() if connection.execute(wrong).scalar_one()]
        open_tables = connection.execute(_OPEN_TABLES).scalars().all()
        may_claim = connection.execute(_MAY_CLAIM, {"name": WORKER_ROLE}).scalar_one()
    if may_claim != works:
        found.append(_CANNOT_CLAIM if works else _CAN_CLAIM)
    return found + [f"the table {name} has no row-level security" for name in open_tables]


_CAN_CLAIM = f"its role may claim due work of all clinics, which only {WORKER_ROLE} should"
_CANNOT_CLAIM = f"its role may not claim due work: make it a member of {WORKER_ROLE}"

_NARROW = "SELECT set_config('attune.clinics', %s, true), set_config('attune.reach', %s, true)"
"""Goes before everything else: for a page with a single query, a tenth of what that costs."""
_ROLES = text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:names)")
_MAY_CLAIM = text("""
    SELECT EXISTS (SELECT 1 FROM pg_policy WHERE polname = 'claimed' AND polroles = '{0}')
    OR coalesce((SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = :name), true)
""")
_OUR_TABLES = """
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""
_TABLES = text(f"SELECT relname {_OUR_TABLES}")
_POLICIES = text("SELECT polname FROM pg_policy WHERE polrelid = CAST(:name AS regclass)")
_OPEN_TABLES = text(f"""
    SELECT relname {_OUR_TABLES} AND NOT (relrowsecurity AND relforcerowsecurity) AND EXISTS (
        SELECT 1 FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attname = 'clinic_id' AND NOT attisdropped)
    ORDER BY relname
""")
_WRONG = {
    "its role may pass over row-level security, or become one that may": text("""
        SELECT count(*) FROM pg_roles
        WHERE (rolsuper OR rolbypassrls) AND pg_has_role(oid, 'MEMBER')
    """),
    "its role owns tables; use another one than brings the database up to date": text(
        f"SELECT count(*) {_OUR_TABLES} AND pg_has_role(relowner, 'MEMBER')"
    ),
    "its role may empty whole tables": text(
        f"SELECT count(*) {_OUR_TABLES} AND has_table_privilege(pg_class.oid, 'TRUNCATE')"
    ),
    "its role may make tables and functions": text("""
        SELECT has_schema_privilege(current_schema(), 'CREATE')::int
    """),
}
"""What is wrong with a role, and a count of what shows it."""
