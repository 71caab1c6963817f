"""First tables."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "clinic",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
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
        "consent",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "checkin.email",
                "checkin.sms",
                "report.aggregate",
                name="purpose",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "clinic_id", "person_id", "purpose", name=op.f("uq_consent_clinic_id_person_id_purpose")
        ),
    )
    op.create_table(
        "due",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("next_try_at", Moment(), nullable=False),
        sa.Column("attempted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_due")),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index("ix_due_next_try_at", ["next_try_at"], unique=False)

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
        "known_clinic",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_known_clinic")),
    )
    op.create_table(
        "link_key",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closes_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_link_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_key_token_hash")),
    )
    op.create_table(
        "mailbox_letter",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", Moment(), nullable=False),
        sa.Column("letter", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_mailbox_letter")),
    )
    op.create_table(
        "open_form",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_open_form")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_open_form_key_hash")),
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
        sa.Column("card", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_person")),
    )
    op.create_table(
        "planning",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_planning")),
    )
    with op.batch_alter_table("planning", schema=None) as batch_op:
        batch_op.create_index("ix_planning_plan_at", ["plan_at"], unique=False)

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
        sa.Column("last_session_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_relationship")),
    )
    op.create_table(
        "relay_lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_lease")),
    )
    op.create_table(
        "stop",
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
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_stop")),
        sa.UniqueConstraint(
            "clinic_id", "person_id", "channel", name=op.f("uq_stop_clinic_id_person_id_channel")
        ),
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
        sa.Column("value", sa.String(length=20), nullable=False),
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
        "membership",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum("offered", "running", "ended", name="planstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_plan_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_plan")),
    )
    op.create_table(
        "schedule",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_schedule_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_schedule_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_schedule")),
        sa.UniqueConstraint(
            "clinic_id",
            "relationship_id",
            "person_id",
            name=op.f("uq_schedule_clinic_id_relationship_id_person_id"),
        ),
    )
    op.create_table(
        "prompt",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "attempting",
                "accepted",
                "refused",
                "unknown",
                "not_sent",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "unproven",
                "care",
                "permission",
                "contact",
                "budget",
                "window",
                "server",
                name="hold",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempted_at", Moment(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "schedule_id"],
            ["schedule.clinic_id", "schedule.id"],
            name=op.f("fk_prompt_clinic_id_schedule_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_prompt")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "local_date",
            name=op.f("uq_prompt_clinic_id_person_id_local_date"),
        ),
    )
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_prompt_schedule", ["clinic_id", "schedule_id", "local_date"], unique=False
        )

    op.create_table(
        "form",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("set_code", sa.String(length=20), nullable=False),
        sa.Column("set_version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "prompt_id"],
            ["prompt.clinic_id", "prompt.id"],
            name=op.f("fk_form_clinic_id_prompt_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_form")),
        sa.UniqueConstraint("clinic_id", "prompt_id", name=op.f("uq_form_clinic_id_prompt_id")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("form")
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.drop_index("ix_prompt_schedule")

    op.drop_table("prompt")
    op.drop_table("schedule")
    op.drop_table("plan")
    op.drop_table("membership")
    op.drop_table("contribution")
    op.drop_table("wanted")
    with op.batch_alter_table("undelivered", schema=None) as batch_op:
        batch_op.drop_index("ix_undelivered_subject")

    op.drop_table("undelivered")
    op.drop_table("subject_version")
    op.drop_table("stream_head")
    op.drop_table("stop")
    op.drop_table("relay_lease")
    op.drop_table("relationship")
    op.drop_table("queue_lost")
    with op.batch_alter_table("planning", schema=None) as batch_op:
        batch_op.drop_index("ix_planning_plan_at")

    op.drop_table("planning")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsequenced",
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("open_form")
    op.drop_table("mailbox_letter")
    op.drop_table("link_key")
    op.drop_table("known_clinic")
    op.drop_table("inbox_cursor")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due_next_try_at")

    op.drop_table("due")
    op.drop_table("consent")
    op.drop_table("closed_period")
    op.drop_table("clinic")
