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
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("help", sa.String(length=2000), nullable=False),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pepper", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "consent_text",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.String(length=8000), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "directory_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pepper", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_key")),
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
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("founded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
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
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("pronouns", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_person")),
    )
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
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="relationshipstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("external_key", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_relationship")),
        sa.UniqueConstraint(
            "clinic_id", "external_key", name=op.f("uq_relationship_clinic_id_external_key")
        ),
    )
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_relationship_clinician_id"), ["clinician_id"], unique=False
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
        "waiting_file",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinician_id", sa.Uuid(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=True),
        sa.Column("brought_at", Moment(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_waiting_file")),
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
        "consent_revision",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("given", "refused", "withdrawn", name="state", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("valid_from", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "on_screen",
                "spoken",
                "on_paper",
                "stop_link",
                name="method",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "setting",
            sa.Enum(
                "alone_at_clinic",
                "alone_by_phone",
                "alone_by_link",
                name="setting",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("witnessed_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_consent_revision_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consent_revision")),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "position",
            name=op.f("uq_consent_revision_clinic_id_person_id_position"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "person_id",
            "purpose",
            "revision",
            name=op.f("uq_consent_revision_clinic_id_person_id_purpose_revision"),
        ),
    )
    op.create_table(
        "contact_card",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("windows", sa.LargeBinary(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_contact_card_clinic_id_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_contact_card")),
    )
    op.create_table(
        "contribution",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("permitted_until", Moment(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_contribution_clinic_id_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_contribution")),
    )
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contribution_permitted_until"), ["permitted_until"], unique=False
        )

    op.create_table(
        "member",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relationship_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("external_key", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_member_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "relationship_id"],
            ["relationship.clinic_id", "relationship.id"],
            name=op.f("fk_member_clinic_id_relationship_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint(
            "clinic_id", "external_key", name=op.f("uq_member_clinic_id_external_key")
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "relationship_id",
            "person_id",
            name=op.f("uq_member_clinic_id_relationship_id_person_id"),
        ),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "organization_clinic",
        sa.Column("clinic", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_clinic_organization_id"),
        ),
        sa.PrimaryKeyConstraint("clinic", name=op.f("pk_organization_clinic")),
    )
    with op.batch_alter_table("organization_clinic", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organization_clinic_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("address", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cookie", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["person.clinic_id", "person.id"],
            name=op.f("fk_seat_clinic_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_cookie"), ["cookie"], unique=False)

    op.create_table(
        "staff_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("sign_in", sa.LargeBinary(), nullable=True),
        sa.Column("sign_in_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("starting", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", Moment(), nullable=True),
        sa.Column(
            "last_role",
            sa.Enum(
                "operator",
                "organization_admin",
                "clinic_admin",
                "clinician",
                "duty",
                "supervisor",
                "auditor",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("last_clinic", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_staff_account_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("sign_in_hash", name=op.f("uq_staff_account_sign_in_hash")),
    )
    with op.batch_alter_table("staff_account", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_staff_account_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "staff_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "organization_admin",
                "clinic_admin",
                "clinician",
                "duty",
                "supervisor",
                "auditor",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("clinic", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_account.id"], name=op.f("fk_staff_role_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint(
            "staff_id", "role", "clinic", name=op.f("uq_staff_role_staff_id_role_clinic")
        ),
    )
    with op.batch_alter_table("staff_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_role_clinic"), ["clinic"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "operator",
                "organization_admin",
                "clinic_admin",
                "clinician",
                "duty",
                "supervisor",
                "auditor",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("clinic", sa.Uuid(), nullable=True),
        sa.Column("cookie", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signed_in_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_account.id"], name=op.f("fk_staff_session_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("cookie", name=op.f("uq_staff_session_cookie")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_staff_id"), ["staff_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_staff_id"))

    op.drop_table("staff_session")
    with op.batch_alter_table("staff_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_role_clinic"))

    op.drop_table("staff_role")
    with op.batch_alter_table("staff_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_account_organization_id"))

    op.drop_table("staff_account")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_cookie"))
        batch_op.drop_index(batch_op.f("ix_seat_address"))

    op.drop_table("seat")
    with op.batch_alter_table("organization_clinic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_clinic_organization_id"))

    op.drop_table("organization_clinic")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_person_id"))

    op.drop_table("member")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_permitted_until"))

    op.drop_table("contribution")
    op.drop_table("contact_card")
    op.drop_table("consent_revision")
    op.drop_table("wanted")
    op.drop_table("waiting_file")
    with op.batch_alter_table("undelivered", schema=None) as batch_op:
        batch_op.drop_index("ix_undelivered_subject")

    op.drop_table("undelivered")
    op.drop_table("subject_version")
    op.drop_table("stream_head")
    op.drop_table("relay_lease")
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relationship_clinician_id"))

    op.drop_table("relationship")
    op.drop_table("queue_lost")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unsequenced",
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("organization")
    op.drop_table("inbox_cursor")
    op.drop_table("directory_key")
    op.drop_table("consent_text")
    op.drop_table("clinic")
