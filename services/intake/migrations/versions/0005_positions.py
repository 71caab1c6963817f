"""Positions in a table of their own."""

from shared.steps import positions

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take this step."""
    positions.take()


def downgrade() -> None:
    """Take it back."""
    positions.take_back()
