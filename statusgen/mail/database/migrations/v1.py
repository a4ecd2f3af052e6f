"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)
_SUBSCRIBER_STATES = "'pending', 'active', 'unsubscribed', 'bounced', 'complained'"
_LETTER_STATES = (
    "'queued', 'sending', 'accepted', 'deferred', 'failed', 'in_doubt', 'superseded', 'suppressed'"
)
_UNSETTLED = sa.text("(state IN ('queued', 'sending', 'deferred', 'in_doubt') OR resent = 1)")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "setting",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("token", sa.String(16), nullable=False, unique=True),
        sa.Column("address", sa.Text),
        sa.Column("address_key", sa.Text, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("audience", sa.String(80), nullable=False),
        sa.Column("components", sa.Text, nullable=False),
        sa.Column("min_severity", sa.String(40), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("consent_source", sa.Text),
        sa.Column("consent_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.CheckConstraint(f"state IN ({_SUBSCRIBER_STATES})", name="state_is_known"),
    )
    op.create_table(
        "erased_address",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("erased_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "known_update",
        sa.Column("number", _BIG_ID, primary_key=True),
        sa.Column("update_id", sa.String(200), nullable=False, unique=True),
        sa.Column("incident_id", sa.String(100), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("skipped", sa.Text, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
    )
    op.create_index("known_update_of_incident", "known_update", ["incident_id"])
    op.create_index("known_update_by_time", "known_update", ["at", "update_id"])
    op.create_table(
        "claim",
        sa.Column("update_id", sa.String(200), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("update_number", _BIG_ID, sa.ForeignKey("known_update.number")),
        sa.Column("subscriber_id", _BIG_ID, sa.ForeignKey("subscriber.id")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reply", sa.String(40), nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("doubts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("resent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("update_number", "subscriber_id"),
        sa.CheckConstraint(f"state IN ({_LETTER_STATES})", name="state_is_known"),
    )
    op.create_index(
        "delivery_unsettled",
        "delivery",
        ["update_number"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )
