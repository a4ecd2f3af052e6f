"""Many senders: who holds a letter, when it may go out again, and for how long at all.

What was `sending` may have arrived or not: it is in doubt from now on. What was deferred is due.
What was sent again already, or held while in doubt, is not sent again by itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)
_STATES = (
    "'queued', 'claimed', 'dot', 'accepted', 'deferred', 'failed', 'in_doubt', 'suppressed', "
    "'superseded', 'expired'"
)
_UNSETTLED = sa.text(
    "(state IN ('queued', 'claimed', 'dot', 'deferred', 'in_doubt') OR is_unreported = 1)"
)
_NEW_STATE = "CASE state WHEN 'sending' THEN 'in_doubt' ELSE state END"
_NEW_REPLY = "CASE state WHEN 'sending' THEN '' ELSE reply END"
_DUE = "CASE state WHEN 'deferred' THEN changed_at END"
_IS_COPY = "CASE WHEN resent > 0 OR doubts > 1 THEN 1 ELSE 0 END"
_IS_UNREPORTED = "CASE resent WHEN 1 THEN 1 ELSE 0 END"


def upgrade() -> None:
    """Add what senders need; SQLite gets a table in the order of its key."""
    op.add_column("known_update", sa.Column("first_id", sa.String(200)))
    op.add_column("known_update", sa.Column("expires_at", _INSTANT))
    op.add_column("known_update", sa.Column("withdrawn", sa.String(16)))
    op.add_column("known_update", sa.Column("superseded_by", _BIG_ID))
    op.create_table(
        "sender",
        sa.Column("number", _BIG_ID, primary_key=True),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("alive_until", sa.Float(53), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "strike",
        sa.Column("subscriber_id", _BIG_ID, sa.ForeignKey("subscriber.id")),
        sa.Column("day", sa.Date),
        sa.PrimaryKeyConstraint("subscriber_id", "day"),
    )
    op.drop_index("delivery_unsettled", "delivery")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        _alter()
    op.create_index(
        "delivery_unsettled",
        "delivery",
        ["update_number"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def _rebuild() -> None:
    op.create_table(
        "new_delivery",
        sa.Column("update_number", sa.Integer, sa.ForeignKey("known_update.number")),
        sa.Column("subscriber_id", sa.Integer, sa.ForeignKey("subscriber.id")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sender", sa.Integer),
        sa.Column("reply", sa.String(40), nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", _INSTANT),
        sa.Column("is_copy", sa.Integer, nullable=False, server_default="0"),
        sa.Column("is_unreported", sa.Integer, nullable=False, server_default="0"),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("update_number", "subscriber_id"),
        sa.CheckConstraint(f"state IN ({_STATES})", name="state_is_known"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO new_delivery "  # noqa: S608 - the words are ours
        "(update_number, subscriber_id, state, reply, attempts, next_at, is_copy, "
        "is_unreported, changed_at) "
        f"SELECT update_number, subscriber_id, {_NEW_STATE}, {_NEW_REPLY}, attempts, {_DUE}, "
        f"{_IS_COPY}, {_IS_UNREPORTED}, changed_at "
        "FROM delivery ORDER BY update_number, subscriber_id"
    )
    op.drop_table("delivery")
    op.rename_table("new_delivery", "delivery")


def _alter() -> None:
    op.add_column("delivery", sa.Column("sender", _BIG_ID))
    op.add_column("delivery", sa.Column("next_at", _INSTANT))
    for name in ("is_copy", "is_unreported"):
        op.add_column("delivery", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.drop_constraint("state_is_known", "delivery")
    op.execute(
        f"UPDATE delivery SET state = {_NEW_STATE}, "  # noqa: S608
        f"reply = {_NEW_REPLY}, next_at = {_DUE}, "
        f"is_copy = {_IS_COPY}, is_unreported = {_IS_UNREPORTED} "
        "WHERE state IN ('sending', 'deferred') OR resent > 0 OR doubts > 1"
    )
    op.drop_column("delivery", "resent")
    op.drop_column("delivery", "doubts")
    op.create_check_constraint("state_is_known", "delivery", f"state IN ({_STATES})")
