"""First tables."""

import sqlalchemy as sa
from alembic import op

from shared.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "clinic_name",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organization_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic_name")),
    )
    op.create_table(
        "clinic_place",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic_place")),
    )
    with op.batch_alter_table("clinic_place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clinic_place_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "clinic_secret",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic_secret")),
    )
    op.create_table(
        "closing",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column(
            "teller",
            sa.Enum("sessions", "reminders", name="teller", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("closed_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_closing")),
        sa.UniqueConstraint(
            "clinic_id", "period", "teller", name=op.f("uq_closing_clinic_id_period_teller")
        ),
    )
    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_period"), ["period"], unique=False)

    op.create_table(
        "contribution",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column(
            "teller",
            sa.Enum("sessions", "reminders", name="teller", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("pseudonym", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_contribution")),
        sa.UniqueConstraint(
            "clinic_id",
            "period",
            "teller",
            "pseudonym",
            "measure",
            name=op.f("uq_contribution_clinic_id_period_teller_pseudonym_measure"),
        ),
    )
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contribution_clinic_id_pseudonym"),
            ["clinic_id", "pseudonym"],
            unique=False,
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
        "permission",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_permission")),
    )
    op.create_table(
        "queue_lost",
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("dead_letters", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_queue_lost")),
    )
    op.create_table(
        "relay_lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_lease")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=True),
        sa.Column("published_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint(
            "organization_id",
            "series",
            "number",
            name=op.f("uq_release_organization_id_series_number"),
        ),
        sa.UniqueConstraint(
            "organization_id",
            "series",
            "period",
            name=op.f("uq_release_organization_id_series_period"),
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


def downgrade() -> None:
    """Take it back."""
    op.drop_table("wanted")
    with op.batch_alter_table("undelivered", schema=None) as batch_op:
        batch_op.drop_index("ix_undelivered_subject")

    op.drop_table("undelivered")
    op.drop_table("subject_version")
    op.drop_table("stream_head")
    op.drop_table("release")
    op.drop_table("relay_lease")
    op.drop_table("queue_lost")
    op.drop_table("permission")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsequenced",
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("inbox_cursor")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_clinic_id_pseudonym"))

    op.drop_table("contribution")
    with op.batch_alter_table("closing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_period"))

    op.drop_table("closing")
    op.drop_table("clinic_secret")
    with op.batch_alter_table("clinic_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clinic_place_organization_id"))

    op.drop_table("clinic_place")
    op.drop_table("clinic_name")
