"""The tables of the backbone; every service's database has them all."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from shared.columns import NAMES, Moment, holding
from shared.labels import DataClass
from shared.tenancy import Kind, protected_as

backbone = MetaData(naming_convention=NAMES)

_of_a_clinic = protected_as(Kind.BACKBONE)
_code = holding(DataClass.CODE)
_event = holding(DataClass.EVENT)
_counted = BigInteger().with_variant(Integer, "sqlite")

outbox = Table(
    "outbox",
    backbone,
    Column("id", _counted, primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("clinic_id", Uuid, nullable=False, info=_of_a_clinic),
    Column("stream", String(60), nullable=False, info=_code),
    Column("partition", SmallInteger, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("cloud_event", Text, nullable=False, info=_event),
    Column("recorded_at", Moment, nullable=False),
    UniqueConstraint("stream", "subject_id", "subject_version"),
    sqlite_autoincrement=True,
)
"""Facts as they were recorded, written once and kept, for they are the feed."""

unsequenced = Table(
    "unsequenced",
    backbone,
    Column("outbox_id", _counted, primary_key=True, autoincrement=False),
    Column("stream", String(60), nullable=False, info=_code),
    Column("partition", SmallInteger, nullable=False),
)
"""Facts that wait for their position, which comes after the commit."""

sequenced = Table(
    "sequenced",
    backbone,
    Column("stream", String(60), primary_key=True, info=_code),
    Column("partition", SmallInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("outbox_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The position of each fact: small rows of their own, so that no fact is ever written twice."""

subject_version = Table(
    "subject_version",
    backbone,
    Column("stream", String(60), primary_key=True, info=_code),
    Column("subject_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""How many facts were told about a subject; its row lock keeps two writers of one subject apart."""

stream_head = Table(
    "stream_head",
    backbone,
    Column("stream", String(60), primary_key=True, info=_code),
    Column("partition", SmallInteger, primary_key=True),
    Column("generation", Uuid, nullable=False),
    Column("last", BigInteger, nullable=False, default=0),
    Column("published", BigInteger, nullable=False, default=0),
    Column("oldest", BigInteger, nullable=False, default=1),
)
"""The end of each partition; its row lock is the fence of sequencing and publishing."""

relay_lease = Table(
    "relay_lease",
    backbone,
    Column("name", String(60), primary_key=True, info=_code),
    Column("holder", Uuid, nullable=False),
    Column("until", Float, nullable=False),
)
"""Who relays, until when (seconds since 1970 by the database's clock); saves waste only."""

inbox_cursor = Table(
    "inbox_cursor",
    backbone,
    Column("stream", String(60), primary_key=True, info=_code),
    Column("partition", SmallInteger, primary_key=True),
    Column("generation", Uuid),
    Column("position", BigInteger, nullable=False, default=0),
    Column("event_id", Uuid),
    Column("stopped", Boolean, nullable=False, default=False),
    Column("applied_at", Moment),
)
"""The last position applied, moved in the transaction of the effects."""

undelivered = Table(
    "undelivered",
    backbone,
    Column("stream", String(60), primary_key=True, info=_code),
    Column("partition", SmallInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("clinic_id", Uuid, info=_of_a_clinic),
    Column("subject_id", Uuid, nullable=False),
    Column("type", String(80), nullable=False, info=_code),
    Column("cloud_event", Text, nullable=False, info=_event),
    Column("status", String(10), nullable=False, info=_code),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try_at", Float),
    Column("error_class", String(80), nullable=False, info=_code),
    Column("error_code", String(80), nullable=False, info=_code),
    Column("first_failed_at", Moment, nullable=False),
    Column("decided_by", Uuid),
    Column("decided_reason", String(200), info=_code),
    Index("ix_undelivered_subject", "stream", "subject_id", "position"),
)
"""Parked events: refused ones, and those of the same subject that wait behind them."""

wanted = Table(
    "wanted",
    backbone,
    Column("kind", String(60), primary_key=True, info=_code),
    Column("clinic_id", Uuid, primary_key=True, info=_of_a_clinic),
    Column("subject_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try_at", Float, nullable=False, default=0.0),
)
"""Content that an event refers to and that is yet to be fetched from its owner."""

queue_lost = Table(
    "queue_lost",
    backbone,
    Column("queue", String(80), primary_key=True, info=_code),
    Column("dead_letters", BigInteger, nullable=False, default=0),
)
"""How many broker dead letters were counted and dropped; the feed holds what they held."""
