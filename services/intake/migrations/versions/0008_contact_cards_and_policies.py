"""Contact cards in full, and the policies that clinics choose."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take this step; no address counts as checked before staff have filled in its card anew."""
    with op.batch_alter_table("contact_card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("ways", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(
            sa.Column("by_email", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("own_device", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("email_checked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("phone_checked_on", sa.Date(), nullable=True))
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("card_days", sa.Integer(), nullable=False, server_default="90")
        )
        batch_op.add_column(
            sa.Column("adult_age", sa.Integer(), nullable=False, server_default="18")
        )
        batch_op.add_column(
            sa.Column("policy", sa.String(length=40), nullable=False, server_default="")
        )
    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.alter_column("began_by", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("consent_pause", schema=None) as batch_op:
        batch_op.alter_column("began_by", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.drop_column("policy")
        batch_op.drop_column("adult_age")
        batch_op.drop_column("card_days")
    with op.batch_alter_table("contact_card", schema=None) as batch_op:
        batch_op.drop_column("phone_checked_on")
        batch_op.drop_column("email_checked_on")
        batch_op.drop_column("own_device")
        batch_op.drop_column("by_email")
        batch_op.drop_column("phone_hash")
        batch_op.drop_column("ways")
        batch_op.drop_column("phone")
