"""People who are gone for good, and for whom nothing optional may go on."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0006"
down_revision = "0005"


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

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("available", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("available_version", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("available_version")
        batch_op.drop_column("available")

    with op.batch_alter_table("erased_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erased_person_ended_at"))

    op.drop_table("erased_person")
