"""What is to be sent, once more too, and who has it in hand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text, true, update

from statusgen.mail.database.address_book import COLUMNS, as_subscriber
from statusgen.mail.database.schema import UNSETTLED, delivery, sender, subscriber
from statusgen.mail.database.withdrawing import HAS_THE_END, find_withdrawn, sweep
from statusgen.mail.failure_reasons import DAMAGED
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Sender
from statusgen.mail.subscribers.subscriber import SubscriberState
from statusgen.values.addresses import is_intact
from statusgen.values.vocabulary import InDoubt

MAY_BE_RESENT: ColumnElement[bool] = and_(
    delivery.c.state == DeliveryState.IN_DOUBT, delivery.c.is_copy == 0, ~HAS_THE_END
)
"""Of a letter: it is in doubt, and `resend` sends it again; a copy in doubt is not copied."""


def prepare(  # noqa: PLR0913  two of them by name
    connection: Connection,
    numbers: Sequence[int],
    policy: InDoubt,
    now: datetime,
    *,
    waits: bool,
    only: Collection[int] | None,
) -> None:
    """See Ledger.prepare."""
    withdrawn = find_withdrawn(connection, numbers, now)
    sweep(connection, withdrawn, now)
    over = {row.number for row in withdrawn if row.withdrawn}
    live = delivery.c.update_number.in_([one for one in numbers if one not in over])
    theirs = true() if only is None else delivery.c.subscriber_id.in_(only)
    ours = and_(live, theirs, text(UNSETTLED))
    if not waits:
        deferred = and_(ours, delivery.c.state == DeliveryState.DEFERRED)
        _move(connection, deferred, DeliveryState.QUEUED, now)
    if policy is InDoubt.RESEND:
        _move(connection, and_(ours, MAY_BE_RESENT), DeliveryState.QUEUED, now, is_copy=1)


def retry(
    connection: Connection, number: int, states: Sequence[DeliveryState], now: datetime
) -> int:
    """See Ledger.retry."""
    if any(row.withdrawn for row in find_withdrawn(connection, [number], now)):
        return 0
    again = and_(delivery.c.update_number == number, ~HAS_THE_END)
    certain = [one for one in states if one is not DeliveryState.IN_DOUBT]
    queued = DeliveryState.QUEUED
    count = _move(connection, and_(again, delivery.c.state.in_(certain)), queued, now)
    if DeliveryState.IN_DOUBT in states:
        doubted = and_(again, delivery.c.state == DeliveryState.IN_DOUBT)
        count += _move(connection, doubted, queued, now, is_copy=1)
    return count


def claim(  # noqa: PLR0913  two of them by name
    connection: Connection,
    sender_: Sender,
    number: int,
    limit: int,
    now: datetime,
    *,
    waits: bool,
    only: Collection[int] | None,
) -> Sequence[Any]:
    """Take letters in hand; return the rows of their readers, and of the letters what Owed has."""
    enlisted = select(sender.c.number).where(sender.c.number == sender_.number)
    if connection.execute(enlisted.with_for_update(read=True)).scalar() is None:
        return ()
    sweep(connection, find_withdrawn(connection, [number], now), now)
    while True:
        query = _claimable(number, limit, now, waits=waits)
        if only is not None:
            query = query.where(subscriber.c.id.in_(only))
        rows = connection.execute(query).all()
        gone = [row.id for row in rows if row.state != SubscriberState.ACTIVE]
        active = [row for row in rows if row.state == SubscriberState.ACTIVE]
        there = [row for row in active if is_intact(row.token, row.address)]
        _move(connection, _rows(number, gone), DeliveryState.SUPPRESSED, now)
        if len(there) < len(active):
            damaged = {row.id for row in active} - {row.id for row in there}
            theirs = _rows(number, sorted(damaged))
            _move(connection, theirs, DeliveryState.FAILED, now, reply=DAMAGED)
        if there or not rows:
            break
    claimed = _rows(number, [row.id for row in there])
    _move(connection, claimed, DeliveryState.CLAIMED, now, sender=sender_.number)
    return there


def as_owed(update_id: str, row: Any) -> ClaimedLetter:
    """Return a row of `claim` as a value."""
    return ClaimedLetter(update_id, as_subscriber(row), bool(row.is_copy), row.attempts)


def next_due(connection: Connection, numbers: Sequence[int]) -> datetime | None:
    """See Ledger.next_due."""
    query = (
        select(delivery.c.next_at)
        .where(
            delivery.c.update_number.in_(numbers),
            delivery.c.state == DeliveryState.DEFERRED,
        )
        .order_by(delivery.c.next_at)
        .limit(1)
    )
    due: datetime | None = connection.execute(query).scalar()
    return due


def _claimable(number: int, limit: int, now: datetime, *, waits: bool) -> Any:
    is_free = delivery.c.state == DeliveryState.QUEUED
    if waits:
        is_due = and_(delivery.c.state == DeliveryState.DEFERRED, delivery.c.next_at <= now)
        is_free = or_(is_free, is_due)
    return (
        select(*COLUMNS, delivery.c.is_copy, delivery.c.attempts)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .where(delivery.c.update_number == number, is_free)
        .order_by(delivery.c.subscriber_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=delivery)
    )


def _rows(number: int, subscriber_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(delivery.c.update_number == number, delivery.c.subscriber_id.in_(subscriber_ids))


def _move(
    connection: Connection,
    rows: ColumnElement[bool],
    state: DeliveryState,
    now: datetime,
    **values: object,
) -> int:
    statement = update(delivery).where(rows)
    return connection.execute(
        statement.values(state=state.value, changed_at=now, **values)
    ).rowcount
