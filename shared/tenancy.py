"""Row-level security on PostgreSQL: no transaction sees a row of a clinic that it did not name.

Every table with a ``clinic_id`` gets its policies from here, by rule, whenever a database is
brought up to date; a new table cannot be forgotten. What a transaction may reach is two settings
of that transaction alone: ``attune.clinics`` and ``attune.reach``. With neither, nothing is seen.
SQLite has no such thing; there the scoping of ``shared.store.work`` stands alone.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, MetaData, Table, text

WORKER_ROLE = "attune_worker"
"""Under which due work of all clinics is claimed, and a backbone is kept, where it exists."""

_CLINICS = "(NULLIF(current_setting('attune.clinics', true), ''))::uuid[]"
_REACH = "current_setting('attune.reach', true)"
_BACKBONE = f"{_REACH} IN ('backbone', 'claims') OR clinic_id IS NULL"


class Reach(StrEnum):
    """How far a transaction sees."""

    CLINICS = "clinics"
    """The rows of the clinics that it names."""
    CLAIMS = "claims"
    """Tables of ids and times too, of all clinics."""
    BACKBONE = "backbone"
    """What is told and heard: ids, codes and times, of all clinics."""


class Kind(StrEnum):
    """How a table's rows are protected; its column ``clinic_id`` says so."""

    CLINIC = "clinic"
    """Seen by work for their clinic alone."""
    CLAIM = "claim"
    """Ids and times: also by a worker that looks for what is due."""
    LOOKUP = "lookup"
    """Ids, times and keyed hashes: also by whoever looks for where a secret leads."""
    BACKBONE = "backbone"
    """What is told and heard: also by the backbone."""


def protected_as(kind: Kind) -> dict[str, Any]:
    """Return the ``info`` of a column ``clinic_id``."""
    return {"tenancy": kind}


def narrow(connection: Connection, clinics: Iterable[UUID], reach: Reach) -> None:
    """Let the rest of this transaction see these clinics, and no further than ``reach``."""
    if connection.dialect.name == "postgresql":
        named = f"{{{','.join(sorted(map(str, clinics)))}}}"
        connection.execute(_NARROW, {"clinics": named, "reach": str(reach)})


def secure(connection: Connection, metadata: MetaData) -> None:
    """Give every table with a ``clinic_id`` its policies, and take away what no one may do."""
    if connection.dialect.name != "postgresql":
        return
    worker = _worker(connection)
    for table in metadata.sorted_tables:
        if "clinic_id" in table.c:
            for statement in _statements(table, worker):
                connection.execute(text(statement))


def loose_ends(engine: Engine) -> list[str]:
    """Return why the role of this engine is not fit for real people's data; one sentence each."""
    if engine.dialect.name != "postgresql":
        return ["the database is SQLite, which has no row-level security"]
    with engine.connect() as connection:
        bypasses = connection.execute(_BYPASSES).scalar_one()
        owned = connection.execute(_OWNED).scalars().all()
        open_tables = connection.execute(_OPEN).scalars().all()
    found = ["its role may pass over row-level security"] if bypasses else []
    found += ["its role owns tables; use another one to bring the database up to date"] * bool(
        owned
    )
    return found + [f"the table {name} has no row-level security" for name in open_tables]


def _statements(table: Table, worker: str) -> list[str]:
    name = f'"{table.name}"'
    lines = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
    ]
    for policy, (role, rule) in _policies(table, worker).items():
        lines += [
            f"DROP POLICY IF EXISTS {policy} ON {name}",
            f"CREATE POLICY {policy} ON {name} TO {role} USING ({rule}) WITH CHECK ({rule})",
        ]
    return lines


def _policies(table: Table, worker: str) -> dict[str, tuple[str, str]]:
    """Return the role and the rule of each policy; a row is seen where one of them says so."""
    claiming = f"{_REACH} = '{Reach.CLAIMS}'"
    beyond = {
        Kind.CLINIC: {},
        Kind.CLAIM: {"claimed": (worker, claiming)},
        Kind.LOOKUP: {"looked_up": ("PUBLIC", claiming)},
        Kind.BACKBONE: {"told_and_heard": ("PUBLIC", _BACKBONE)},
    }
    kind = table.c.clinic_id.info.get("tenancy", Kind.CLINIC)
    return {"of_its_clinics": ("PUBLIC", f"clinic_id = ANY ({_CLINICS})"), **beyond[kind]}


def _worker(connection: Connection) -> str:
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    found = connection.execute(known, {"name": WORKER_ROLE}).first()
    return WORKER_ROLE if found else "PUBLIC"


_NARROW = text(
    "SELECT set_config('attune.clinics', :clinics, true), set_config('attune.reach', :reach, true)"
)
_BYPASSES = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
_TENANT_TABLES = """
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'clinic_id' AND NOT attisdropped
    WHERE nspname = current_schema() AND relkind IN ('r', 'p')
"""
_OWNED = text(f"SELECT relname {_TENANT_TABLES} AND pg_has_role(relowner, 'USAGE')")
_OPEN = text(f"SELECT relname {_TENANT_TABLES} AND NOT (relrowsecurity AND relforcerowsecurity)")
