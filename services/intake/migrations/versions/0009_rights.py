"""Requests about one's own data, and what each service answered."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "erased_person",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_erased_person")),
    )
    with op.batch_alter_table("erased_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erased_person_ended_at"), ["ended_at"], unique=False)

    op.create_table(
        "rights_rule",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pause_days", sa.Integer(), nullable=False),
        sa.Column("keeps", sa.String(length=600), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_rights_rule")),
    )
    op.create_table(
        "rights_request",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("access", "limit", "erasure", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "came",
            sa.Enum(
                "in_person", "by_phone", "in_writing", name="came", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "refused",
                "called_off",
                "granted",
                "settled",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("quiet_until", Moment(), nullable=True),
        sa.Column("reviewed_at", Moment(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_rights_request_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_rights_request_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_rights_request")),
    )
    with op.batch_alter_table("rights_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rights_request_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "rights_receipt",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "service",
            sa.Enum(
                "intake",
                "sessions",
                "reminders",
                "reports",
                name="service",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("errand_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "request_id"],
            ["rights_request.clinic_id", "rights_request.id"],
            name=op.f("fk_rights_receipt_clinic_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_rights_receipt")),
        sa.UniqueConstraint(
            "clinic_id",
            "errand_id",
            "service",
            name=op.f("uq_rights_receipt_clinic_id_errand_id_service"),
        ),
    )
    with op.batch_alter_table("rights_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rights_receipt_request_id"), ["request_id"], unique=False
        )

    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_id", sa.Uuid(), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", Moment(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.drop_column("request_id")

    with op.batch_alter_table("rights_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rights_receipt_request_id"))

    op.drop_table("rights_receipt")
    with op.batch_alter_table("rights_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rights_request_person_id"))

    op.drop_table("rights_request")
    op.drop_table("rights_rule")
    with op.batch_alter_table("erased_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erased_person_ended_at"))

    op.drop_table("erased_person")
