"""How long a clinic trusts a contact card, its policy, and which words someone was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take this step."""
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("card_days", sa.Integer(), nullable=False, server_default="90")
        )
        batch_op.add_column(
            sa.Column("policy", sa.String(length=40), nullable=False, server_default="")
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("box", sa.String(length=64), nullable=True))
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("text_version", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("box")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_column("text_version")
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.drop_column("policy")
        batch_op.drop_column("card_days")
