"""The audit trail, and sign-ins that ended."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment


def take() -> None:
    """Make both tables."""
    op.create_table(
        "audit_entry",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.LargeBinary(length=16), nullable=True),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=True),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "position", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as table:
        table.create_index(table.f("ix_audit_entry_clinic_id_actor"), ["clinic_id", "actor"])
        table.create_index(table.f("ix_audit_entry_clinic_id_subject"), ["clinic_id", "subject"])
    op.create_table(
        "ended_sign_in",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "sign_in_id", name=op.f("pk_ended_sign_in")),
    )


def take_back() -> None:
    """Drop both."""
    op.drop_table("ended_sign_in")
    op.drop_table("audit_entry")
