"""A second step at sign-in, its recovery codes, and when someone last showed that it is them.

Whoever was signed in before this step last did so long ago.
"""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0003"
down_revision = "0002"

LONG_AGO = "1970-01-01 00:00:00+00:00"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_account.id"], name=op.f("fk_recovery_code_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code", name=op.f("uq_recovery_code_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "staff_seen",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["staff_session.id"], name=op.f("fk_staff_seen_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_staff_seen")),
    )
    op.add_column("staff_account", sa.Column("step_secret", sa.LargeBinary(), nullable=True))
    op.add_column(
        "staff_account", sa.Column("step_used", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "staff_session", sa.Column("proved_at", Moment(), nullable=False, server_default=LONG_AGO)
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_column("staff_session", "proved_at")
    op.drop_column("staff_account", "step_used")
    op.drop_column("staff_account", "step_secret")
    op.drop_table("staff_seen")
    op.drop_index(op.f("ix_recovery_code_staff_id"), "recovery_code")
    op.drop_table("recovery_code")
