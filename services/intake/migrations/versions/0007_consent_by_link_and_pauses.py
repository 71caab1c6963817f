"""Questions asked by a link, and pauses of what people permitted."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "consent_link",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closes_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consent_link_token_hash")),
    )
    op.create_table(
        "consent_pause",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("began_by", sa.Uuid(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_consent_pause_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent_pause")),
    )
    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_pause_person_id"), ["person_id"], unique=False)

    op.create_table(
        "consent_request",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.String(length=400), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("closes_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("called_back_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_consent_request_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent_request")),
    )
    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_request_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "open_consent_form",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "request_id"],
            ["consent_request.clinic_id", "consent_request.id"],
            name=op.f("fk_open_consent_form_clinic_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_open_consent_form")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_open_consent_form_key_hash")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("open_consent_form")
    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_request_person_id"))

    op.drop_table("consent_request")
    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_pause_person_id"))

    op.drop_table("consent_pause")
    op.drop_table("consent_link")
