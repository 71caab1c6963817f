"""The step that gives positions a table of their own, so that facts are written only once."""

import sqlalchemy as sa
from alembic import op

NEVER_REUSED = {"sqlite_autoincrement": True}
"""SQLite copies the table, and must be told again that no id is given out twice."""


def take() -> None:
    """Make the tables of positions and of what waits for one, and move what there is."""
    op.create_table(
        "unsequenced",
        sa.Column(
            "outbox_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_unsequenced")),
    )
    op.create_table(
        "sequenced",
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "partition", "position", name=op.f("pk_sequenced")),
        sqlite_with_rowid=False,
    )
    op.execute("""
        INSERT INTO unsequenced (outbox_id, stream, partition)
        SELECT id, stream, partition FROM outbox WHERE position IS NULL
    """)
    op.execute("""
        INSERT INTO sequenced (stream, partition, position, outbox_id)
        SELECT stream, partition, position, id FROM outbox WHERE position IS NOT NULL
    """)
    with op.batch_alter_table("outbox", table_kwargs=NEVER_REUSED) as outbox:
        outbox.drop_index("ix_outbox_unsequenced")
        outbox.drop_constraint("uq_outbox_stream_partition_position", type_="unique")
        outbox.drop_column("position")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE outbox RESET (fillfactor)")


def take_back() -> None:
    """Write the positions into the outbox again."""
    with op.batch_alter_table("outbox", table_kwargs=NEVER_REUSED) as outbox:
        outbox.add_column(sa.Column("position", sa.BigInteger(), nullable=True))
    op.execute("""
        UPDATE outbox SET position = sequenced.position
        FROM sequenced WHERE sequenced.outbox_id = outbox.id
    """)
    with op.batch_alter_table("outbox", table_kwargs=NEVER_REUSED) as outbox:
        outbox.create_unique_constraint(
            "uq_outbox_stream_partition_position", ["stream", "partition", "position"]
        )
        outbox.create_index(
            "ix_outbox_unsequenced",
            ["id"],
            postgresql_where=sa.text("position IS NULL"),
            sqlite_where=sa.text("position IS NULL"),
        )
    op.drop_table("sequenced")
    op.drop_table("unsequenced")
