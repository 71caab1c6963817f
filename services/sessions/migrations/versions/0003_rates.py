"""What was tried lately."""

from shared.steps import rates

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take this step."""
    rates.take()


def downgrade() -> None:
    """Take it back."""
    rates.take_back()
