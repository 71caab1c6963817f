"""The language of each letter, in which its form speaks; until now all were in English."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take this step."""
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=35), nullable=False, server_default="en")
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.drop_column("language")
