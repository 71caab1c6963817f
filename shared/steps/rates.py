"""What was tried lately."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment


def take() -> None:
    """Make the table."""
    op.create_table(
        "rate_count",
        sa.Column("whose", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_rate_count")),
    )
    with op.batch_alter_table("rate_count", schema=None) as table:
        table.create_index(table.f("ix_rate_count_until"), ["until"])


def take_back() -> None:
    """Drop it."""
    op.drop_table("rate_count")
