"""What a clinic's own list says people signed on paper, to be asked anew."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "consent_on_paper",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_consent_on_paper_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent_on_paper")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "purpose",
            name=op.f("uq_consent_on_paper_clinic_id_person_id_purpose"),
        ),
    )
