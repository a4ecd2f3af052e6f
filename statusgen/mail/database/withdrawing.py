"""Letters that must not go out any more: held by hand, too old, or overtaken by the end.

What has withdrawn an update is written on the update, for a letter that is at its final dot at
that moment may come back. Who would bring one up locks the update before the letters.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, select, text, update

from statusgen.mail.database.schema import UNSETTLED, delivery, known_update
from statusgen.mail.letter_states import HELD, DeliveryState


class Withdrawn(StrEnum):
    """Why nothing more goes out about an update, whoever the reader is."""

    HELD = "held"
    EXPIRED = "expired"


UNSENT = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
"""What has not gone out; whoever has claimed one finds that out before its final dot."""

_END = {Withdrawn.HELD: DeliveryState.SUPPRESSED, Withdrawn.EXPIRED: DeliveryState.EXPIRED}

_earlier = known_update.alias("earlier")
_ending = delivery.alias("ending")

HAS_THE_END: ColumnElement[bool] = exists().where(
    _earlier.c.number == delivery.c.update_number,
    _ending.c.update_number == _earlier.c.superseded_by,
    _ending.c.subscriber_id == delivery.c.subscriber_id,
)
"""Of a letter: its reader has one about the end of the incident, and gets only that."""


def find_withdrawn(connection: Connection, numbers: Sequence[int], now: datetime) -> Sequence[Any]:
    """Return which of these updates are withdrawn, at least for some readers.

    Until the end of the transaction nobody can withdraw another of them.
    """
    stale = and_(
        known_update.c.number.in_(numbers),
        known_update.c.withdrawn.is_(None),
        known_update.c.expires_at <= now,
    )
    connection.execute(update(known_update).where(stale).values(withdrawn=Withdrawn.EXPIRED))
    query = (
        select(known_update.c.number, known_update.c.withdrawn, known_update.c.superseded_by)
        .where(known_update.c.number.in_(numbers))
        .order_by(known_update.c.number)
        .with_for_update(read=True)
    )
    rows = connection.execute(query).all()
    return [row for row in rows if row.withdrawn or row.superseded_by]


def sweep(connection: Connection, withdrawn: Sequence[Any], now: datetime) -> int:
    """Settle the letters of withdrawn updates that have not gone out; return how many."""
    return sum(_sweep(connection, row, now) for row in withdrawn)


def hold(connection: Connection, update_id: str, now: datetime) -> int:
    """See Ledger.hold."""
    skipped = case((known_update.c.skipped != "", HELD), else_="")
    statement = update(known_update).where(known_update.c.update_id == update_id)
    held = statement.values(withdrawn=Withdrawn.HELD, skipped=skipped)
    numbers = connection.execute(held.returning(known_update.c.number)).scalars().all()
    return sweep(connection, find_withdrawn(connection, numbers, now), now)


def supersede(connection: Connection, number: int, now: datetime) -> None:
    """Withdraw earlier updates of the same incident for those who have a letter about this one."""
    this = known_update.alias("this")
    overtaken = (
        select(known_update.c.number)
        .join(this, this.c.incident_id == known_update.c.incident_id)
        .where(this.c.number == number, known_update.c.at < this.c.at, known_update.c.skipped == "")
        .order_by(known_update.c.number)
    )
    numbers = connection.execute(overtaken).scalars().all()
    statement = update(known_update).where(known_update.c.number.in_(numbers))
    connection.execute(statement.values(superseded_by=number))
    sweep(connection, find_withdrawn(connection, numbers, now), now)


def _sweep(connection: Connection, row: Any, now: datetime) -> int:
    left = and_(
        delivery.c.update_number == row.number, delivery.c.state.in_(UNSENT), text(UNSETTLED)
    )
    if row.withdrawn:
        state = _END[Withdrawn(row.withdrawn)]
    else:
        left, state = and_(left, HAS_THE_END), DeliveryState.SUPERSEDED
    statement = update(delivery).where(left).values(state=state, changed_at=now)
    return connection.execute(statement).rowcount
