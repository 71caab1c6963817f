"""Positions in a table of their own."""

from shared.steps import positions

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Take this step."""
    positions.take()


def downgrade() -> None:
    """Take it back."""
    positions.take_back()
