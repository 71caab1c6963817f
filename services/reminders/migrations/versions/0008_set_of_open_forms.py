"""The set that each open form was opened with; what is open now asks the plain one from here on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take this step."""
    with op.batch_alter_table("open_form", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("set_code", sa.String(length=20), nullable=False, server_default="weekly")
        )
        batch_op.add_column(
            sa.Column("set_version", sa.Integer(), nullable=False, server_default="2")
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("open_form", schema=None) as batch_op:
        batch_op.drop_column("set_version")
        batch_op.drop_column("set_code")
