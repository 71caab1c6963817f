"""What PostgreSQL's own catalogue says of a database: each question returns what is wrong, by name.

No table is named here: one that is added later is asked about like all others.
"""

from collections.abc import Iterable

from psycopg import Connection

RUNTIME = ("attune_app", "attune_worker")
OURS = "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f')"
TENANT = f"""
    SELECT pg_class.oid, relname, relrowsecurity, relforcerowsecurity FROM pg_class
    WHERE {OURS} AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid
        AND attname = 'clinic_id' AND NOT attisdropped)
"""


def tenant_tables(connection: Connection) -> list[str]:
    """Return the tables with a ``clinic_id``."""
    return _names(connection, f"SELECT relname FROM ({TENANT}) t ORDER BY relname")


def other_tables(connection: Connection) -> set[str]:
    """Return the tables without one."""
    every = _names(connection, f"SELECT relname FROM pg_class WHERE {OURS}")
    return set(every) - set(tenant_tables(connection))


def unprotected(connection: Connection) -> list[str]:
    """Return the tenant tables that do not force row-level security on what is read and written.

    Every policy must ask what the transaction named, and check what is written as well.
    """
    return _names(
        connection,
        f"""
        SELECT relname FROM ({TENANT}) t WHERE NOT (relrowsecurity AND relforcerowsecurity)
        OR NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid
            AND polcmd = '*' AND polqual IS NOT NULL AND polwithcheck IS NOT NULL)
        OR EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid AND (
            polcmd <> 'r' AND polwithcheck IS NULL AND polcmd <> 'd'
            OR pg_get_expr(polqual, polrelid) NOT LIKE '%current_setting(%attune.%'
            OR pg_get_expr(polwithcheck, polrelid) NOT LIKE '%current_setting(%attune.%'))
        ORDER BY relname
        """,
    )


def above_the_law(connection: Connection, roles: Iterable[str] = RUNTIME) -> list[str]:
    """Return the runtime roles that own something, or may pass over what binds them."""
    return _names(
        connection,
        """
        SELECT rolname FROM pg_roles one WHERE rolname = ANY (%(roles)s) AND (
            rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
            OR EXISTS (SELECT FROM pg_shdepend WHERE refobjid = one.oid AND deptype = 'o')
            OR EXISTS (SELECT FROM pg_roles other WHERE pg_has_role(one.oid, other.oid, 'MEMBER')
                AND NOT other.rolname = ANY (%(roles)s))
            OR has_schema_privilege(one.oid, 'public', 'CREATE'))
        """,
        roles=list(roles),
    )


def keys_beside_the_clinic(connection: Connection) -> set[str]:
    """Return keys of tenant tables that do not start with ``clinic_id``, as "table (columns)".

    Primary keys, unique constraints and indexes, and foreign keys, at both of their ends.
    """
    columns = """(SELECT array_agg(attname::text ORDER BY place) FROM unnest({keys}::int2[])
        WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute ON attrelid = {table} AND attnum = number)"""
    unique = columns.format(keys="indkey", table="indrelid")
    referring = columns.format(keys="conkey", table="conrelid")
    referred = columns.format(keys="confkey", table="confrelid")
    return set(
        _names(
            connection,
            f"""
            WITH tenant AS ({TENANT}), keys AS (
                SELECT relname, {unique} AS parts FROM pg_index JOIN tenant ON oid = indrelid
                WHERE indisunique
                UNION SELECT relname, {referring} FROM pg_constraint JOIN tenant t
                ON t.oid = conrelid WHERE contype = 'f'
                UNION SELECT relname, {referred} FROM pg_constraint JOIN tenant t
                ON t.oid = confrelid WHERE contype = 'f')
            SELECT relname || ' (' || array_to_string(parts, ', ') || ')' FROM keys
            WHERE parts[1] IS DISTINCT FROM 'clinic_id'
            """,
        )
    )


def ways_around(connection: Connection) -> list[str]:
    """Return what would look past row-level security on behalf of others.

    Views that do not ask as their reader, what keeps a copy, functions that run as their owner.
    """
    return _names(
        connection,
        """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (
            relkind IN ('m', 'f') OR relkind = 'v' AND NOT
            coalesce(reloptions::text[] && '{security_invoker=true,security_invoker=on}', false))
        UNION SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosecdef
        """,
    )


def rights(connection: Connection) -> dict[str, set[str]]:
    """Return what the runtime roles, and everybody, may do to each table."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        f"""
        SELECT relname, privilege_type FROM pg_class, aclexplode(relacl)
        LEFT JOIN pg_roles ON pg_roles.oid = grantee
        WHERE {OURS} AND (grantee = 0 OR rolname = ANY (%s))
        """,
        [list(RUNTIME)],
    )
    for table, right in rows.fetchall():
        found.setdefault(table, set()).add(right)
    return found


def _names(connection: Connection, query: str, **given: object) -> list[str]:
    return [name for (name,) in connection.execute(query.encode(), given or None).fetchall()]
