"""The tables, as SQLAlchemy Core knows them; nothing here is particular to one database."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

from statusgen.mail.letter_states import DeliveryState
from statusgen.mail.subscribers.subscriber import SubscriberState

SCHEMA_VERSION = 3

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC whatever the database thinks of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the database wants it."""
        if value is None:
            return None
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the stored instant, aware."""
        del dialect
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _one_of(column: str, values: type[SubscriberState | DeliveryState]) -> CheckConstraint:
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_is_known")


_BIG_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys

setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", _BIG_ID, primary_key=True),
    Column("token", String(16), nullable=False, unique=True),
    Column("address", Text),  # NULL once erased
    Column("address_key", Text, unique=True),
    Column("state", String(16), nullable=False),
    Column("audience", String(80), nullable=False),
    Column("components", Text, nullable=False),  # ' a b ', so that LIKE '% a %' finds one
    Column("min_severity", String(40), nullable=False),
    Column("language", String(40), nullable=False),
    Column("consent_source", Text),
    Column("consent_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    _one_of("state", SubscriberState),
)

erased_address = Table(
    "erased_address",
    metadata,
    Column("address_hash", String(64), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
)

known_update = Table(
    "known_update",
    metadata,
    Column("number", _BIG_ID, primary_key=True),
    Column("update_id", String(200), nullable=False, unique=True),
    Column("first_id", String(200)),  # of one that was renamed
    Column("incident_id", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("skipped", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),  # letters that have not gone out by then never do
    Column("withdrawn", String(16)),  # held or expired: what has not gone out never does
    Column("superseded_by", _BIG_ID),  # number of the end: who has a letter about it gets only that
    Column("says", Text),  # its own phase, severity and components; NULL before version 3
    Column("wording", String(16)),  # a digest of its text
    Index("known_update_of_incident", "incident_id"),
    Index("known_update_by_time", "at", "update_id"),
)

claim = Table(
    "claim",
    metadata,
    Column("update_id", String(200), primary_key=True),
    Column("token", String(64), nullable=False),
)

sender = Table(
    "sender",
    metadata,
    Column("number", _BIG_ID, primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("alive_until", Float(53), nullable=False),  # POSIX time, by the database's clock
    sqlite_autoincrement=True,  # a number is never given twice
)

strike = Table(
    "strike",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # so there is never more than one a day
)

UNSETTLED = "(state IN ('queued', 'claimed', 'dot', 'deferred', 'in_doubt') OR is_unreported = 1)"
"""The letters that a further run has something to do with: few, so their index is small.

SQLite uses the index for queries that hold these very words.
"""

delivery = Table(
    "delivery",
    metadata,
    Column("update_number", ForeignKey("known_update.number"), primary_key=True),
    Column("subscriber_id", ForeignKey("subscriber.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("sender", _BIG_ID),  # who claimed it last
    Column("reply", String(40), nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),  # how often deferred
    Column("next_at", UtcDateTime),  # of a deferred letter
    Column("is_copy", Integer, nullable=False, server_default="0"),  # 1: it may be there already
    Column("is_unreported", Integer, nullable=False, server_default="0"),  # 1: a copy has gone out
    Column("changed_at", UtcDateTime, nullable=False),
    _one_of("state", DeliveryState),
    Index(
        "delivery_unsettled",
        "update_number",
        sqlite_where=text(UNSETTLED),
        postgresql_where=text(UNSETTLED),
    ),
    sqlite_with_rowid=False,
)
