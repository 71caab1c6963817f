"""First tables."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "availability",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_availability")),
    )
    op.create_table(
        "clinic",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "closed_period",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_closed_period")),
        sa.UniqueConstraint("clinic_id", "period", name=op.f("uq_closed_period_clinic_id_period")),
    )
    op.create_table(
        "closing",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_closing")),
    )
    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_due_at"), ["due_at"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "refused",
                "unknown",
                "not_sent",
                name="promptoutcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_relationship", ["clinic_id", "relationship_id"], unique=False
        )

    op.create_table(
        "form",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_form")),
    )
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.create_index(
            "ix_form_person", ["clinic_id", "person_id", "received_at"], unique=False
        )
        batch_op.create_index(
            "ix_form_relationship", ["clinic_id", "relationship_id", "received_at"], unique=False
        )

    op.create_table(
        "inbox_cursor",
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("generation", sa.Uuid(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("applied_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "partition", name=op.f("pk_inbox_cursor")),
    )
    op.create_table(
        "milestone",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(
            "ix_milestone_relationship", ["clinic_id", "relationship_id", "at"], unique=False
        )

    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("cloud_event", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
        sa.UniqueConstraint(
            "stream", "partition", "position", name=op.f("uq_outbox_stream_partition_position")
        ),
        sa.UniqueConstraint(
            "stream",
            "subject_id",
            "subject_version",
            name=op.f("uq_outbox_stream_subject_id_subject_version"),
        ),
        postgresql_with={"fillfactor": "70"},
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_unsequenced",
            ["id"],
            unique=False,
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.create_table(
        "person",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("pronouns", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_person")),
    )
    op.create_table(
        "plan_due",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_plan_due")),
    )
    with op.batch_alter_table("plan_due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_due_due_at"), ["due_at"], unique=False)

    op.create_table(
        "queue_lost",
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("dead_letters", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_queue_lost")),
    )
    op.create_table(
        "relationship",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("clinician_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="relationshipstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_relationship")),
    )
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.create_index(
            "ix_relationship_clinician", ["clinic_id", "clinician_id", "state"], unique=False
        )

    op.create_table(
        "relay_lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_lease")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("generation", sa.Uuid(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("oldest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "partition", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "subject_version",
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "subject_id", name=op.f("pk_subject_version")),
    )
    op.create_table(
        "undelivered",
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("cloud_event", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=True),
        sa.Column("error_class", sa.String(length=80), nullable=False),
        sa.Column("error_code", sa.String(length=80), nullable=False),
        sa.Column("first_failed_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("stream", "partition", "position", name=op.f("pk_undelivered")),
    )
    with op.batch_alter_table("undelivered", schema=None) as batch_op:
        batch_op.create_index(
            "ix_undelivered_subject", ["stream", "subject_id", "position"], unique=False
        )

    op.create_table(
        "wanted",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "clinic_id", "subject_id", name=op.f("pk_wanted")),
    )
    op.create_table(
        "contribution",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
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
    )
    op.create_table(
        "entry",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("session", "between", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_entry_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entry_relationship", ["clinic_id", "relationship_id", "happened_on"], unique=False
        )

    op.create_table(
        "membership",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_membership_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_membership_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "clinic_id",
            "relationship_id",
            "person_id",
            name=op.f("uq_membership_clinic_id_relationship_id_person_id"),
        ),
    )
    op.create_table(
        "plan",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("experiment", sa.String(length=20), nullable=False),
        sa.Column("menu_version", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("offered", "running", "ended", name="planstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=True),
        sa.Column("offered_at", Moment(), nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ending", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state <> 'running' OR (released_at IS NOT NULL AND started_at IS NOT NULL)",
            name=op.f("ck_plan_released_before_running"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_plan_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plan_relationship", ["clinic_id", "relationship_id", "state"], unique=False
        )

    op.create_table(
        "plan_answer",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum("spoken", "form", name="method", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "plan_id"],
            ["plan.clinic_id", "plan.id"],
            name=op.f("fk_plan_answer_clinic_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_plan_answer")),
    )
    with op.batch_alter_table("plan_answer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plan_answer_plan", ["clinic_id", "plan_id", "recorded_at"], unique=False
        )

    op.create_table(
        "revision",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "entry_id"],
            ["entry.clinic_id", "entry.id"],
            name=op.f("fk_revision_clinic_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "clinic_id", "entry_id", "number", name=op.f("uq_revision_clinic_id_entry_id_number")
        ),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("revision")
    with op.batch_alter_table("plan_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_answer_plan")

    op.drop_table("plan_answer")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_relationship")

    op.drop_table("plan")
    op.drop_table("membership")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_relationship")

    op.drop_table("entry")
    op.drop_table("contribution")
    op.drop_table("wanted")
    with op.batch_alter_table("undelivered", schema=None) as batch_op:
        batch_op.drop_index("ix_undelivered_subject")

    op.drop_table("undelivered")
    op.drop_table("subject_version")
    op.drop_table("stream_head")
    op.drop_table("relay_lease")
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.drop_index("ix_relationship_clinician")

    op.drop_table("relationship")
    op.drop_table("queue_lost")
    with op.batch_alter_table("plan_due", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_due_due_at"))

    op.drop_table("plan_due")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsequenced",
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_relationship")

    op.drop_table("milestone")
    op.drop_table("inbox_cursor")
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.drop_index("ix_form_relationship")
        batch_op.drop_index("ix_form_person")

    op.drop_table("form")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_relationship")

    op.drop_table("delivery")
    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_due_at"))

    op.drop_table("closing")
    op.drop_table("closed_period")
    op.drop_table("clinic")
    op.drop_table("availability")
