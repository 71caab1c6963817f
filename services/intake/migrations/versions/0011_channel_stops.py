"""Whether a channel that someone ended by its own link is still closed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "channel_stop",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("email", "sms", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_channel_stop_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_channel_stop")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "channel",
            name=op.f("uq_channel_stop_clinic_id_person_id_channel"),
        ),
    )
