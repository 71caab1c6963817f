"""What members say to offers is kept with the text that was read to them, sealed and chained.

What they said before stays where it is, as what it is: a word without a text. It cannot move, for
a sealed value belongs to its table and row; and nobody can say now which text was read.
"""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "consent_text",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.String(length=8000), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "offer_revision",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("act", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_offer_revision_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_offer_revision")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "position",
            name=op.f("uq_offer_revision_clinic_id_person_id_position"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "purpose",
            "revision",
            name=op.f("uq_offer_revision_clinic_id_person_id_purpose_revision"),
        ),
    )
    with op.batch_alter_table("offer_revision", schema=None) as batch_op:
        batch_op.create_index("ix_offer_revision_purpose", ["clinic_id", "purpose"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("offer_revision", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_revision_purpose")

    op.drop_table("offer_revision")
    op.drop_table("consent_text")
