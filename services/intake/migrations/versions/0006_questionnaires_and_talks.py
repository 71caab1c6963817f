"""Questionnaires and talks."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "questionnaire_limit",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_questionnaire_limit")),
    )
    op.create_table(
        "questionnaire",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "on_screen", "on_paper", "score_only", name="method", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("filled_on", sa.Date(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_questionnaire_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_questionnaire_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_questionnaire")),
    )
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.create_index(
            "ix_questionnaire_person", ["clinic_id", "relationship_id", "person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questionnaire_seat_id"), ["seat_id"], unique=False)

    op.create_table(
        "talk_alone",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("taken_back_at", Moment(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_talk_alone_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_talk_alone_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_talk_alone")),
    )
    with op.batch_alter_table("talk_alone", schema=None) as batch_op:
        batch_op.create_index(
            "ix_talk_alone_person", ["clinic_id", "relationship_id", "person_id"], unique=False
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("talk_alone", schema=None) as batch_op:
        batch_op.drop_index("ix_talk_alone_person")

    op.drop_table("talk_alone")
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_seat_id"))
        batch_op.drop_index("ix_questionnaire_person")

    op.drop_table("questionnaire")
    op.drop_table("questionnaire_limit")
