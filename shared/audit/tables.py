"""The table of the audit trail, in the database of every service; rows are only ever added."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    text,
)

from shared.columns import NAMES, Moment, holding
from shared.labels import DataClass

trail = MetaData(naming_convention=NAMES)

_code = holding(DataClass.CODE)
_digest = holding(DataClass.DIGEST)

audit_entry = Table(
    "audit_entry",
    trail,
    Column("clinic_id", Uuid, primary_key=True),
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("at", Moment, nullable=False),
    Column("act", String(40), nullable=False, info=_code),
    Column("door", String(20), nullable=False, info=_code),
    Column("role", String(20), nullable=False, info=_code),
    Column("actor", LargeBinary(16), info=_digest),
    Column("subject", LargeBinary(16), info=_digest),
    Column("subject_kind", String(20), nullable=False, info=_code),
    Column("what", String(60), nullable=False, info=_code),
    Column("route", String(80), nullable=False, info=_code),
    Column("purpose", String(20), nullable=False, info=_code),
    Column("outcome", String(20), nullable=False, info=_code),
    Column("previous", LargeBinary(32), nullable=False, info=_digest),
    Column("hash", LargeBinary(32), nullable=False, info=_digest),
    Index("ix_audit_entry_clinic_id_actor", "clinic_id", "actor"),
    Index("ix_audit_entry_clinic_id_subject", "clinic_id", "subject"),
)
"""One chain per clinic, and one for what belongs to no clinic. ``actor`` and ``subject`` are
pseudonyms; ``what`` is a table, or nothing."""


def make_append_only(connection: Connection) -> None:
    """Let no row of the trail be changed or removed, whoever asks; safe to do again."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        connection.execute(text(statement))


_SQLITE = [
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_entry_stays_{act.lower()} BEFORE {act} ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """
    for act in ("UPDATE", "DELETE")
] + [  # INSERT OR REPLACE deletes without asking the trigger above
    """
    CREATE TRIGGER IF NOT EXISTS audit_entry_stays_replaced BEFORE INSERT ON audit_entry
    WHEN EXISTS (SELECT 1 FROM audit_entry AS kept
        WHERE kept.clinic_id = NEW.clinic_id AND kept.position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """
]

_POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$
    """,
    "DROP TRIGGER IF EXISTS audit_entry_stays ON audit_entry",
    """
    CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()
    """,
    """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
            WHERE table_schema = current_schema() AND table_name = 'audit_entry'
            AND grantee <> current_user
        LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM %s',
                CASE one.grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(one.grantee) END);
        END LOOP;
    END $$
    """,
]
