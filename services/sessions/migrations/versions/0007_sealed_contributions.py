"""How a relationship fared in a quarter is sealed with its key.

The rows of quarters closed before stood in the open, and go; what reports fetched of them stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take this step."""
    op.drop_table("contribution")
    op.create_table(
        "contribution",
        *_columns(sa.Column("value", sa.LargeBinary(), nullable=True)),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("contribution")
    op.create_table(
        "contribution", *_columns(sa.Column("value", sa.String(length=40), nullable=False))
    )


def _columns(value: sa.Column[bytes] | sa.Column[str]) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        value,
        sa.ForeignKeyConstraint(
            ["clinic_id", "period"],
            ["closed_period.clinic_id", "closed_period.period"],
            name=op.f("fk_contribution_clinic_id_period"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_contribution")),
        sa.UniqueConstraint(
            "clinic_id",
            "period",
            "episode_id",
            "measure",
            name=op.f("uq_contribution_clinic_id_period_episode_id_measure"),
        ),
    ]
