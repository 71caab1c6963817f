"""The audit trail, and sign-ins that ended."""

from shared.steps import trail

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Take this step."""
    trail.take()


def downgrade() -> None:
    """Take it back."""
    trail.take_back()
