"""The part of the ledger that senders use: what they claim, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, or_, select, update

from statusgen.adapters.database.address_book import COLUMNS, add_strike, as_subscriber, give_up
from statusgen.adapters.database.engine import Database
from statusgen.adapters.database.schema import delivery, known_update, sender, subscriber
from statusgen.adapters.database.senders import FIND_HELD, LEASE_S, SqlSenders
from statusgen.model.delivery import DeliveryState, InDoubt, Outcome, Owed, Result, Sender
from statusgen.model.replies import Meaning
from statusgen.model.schedule import next_try
from statusgen.model.subscriber import SubscriberState

MAX_DOUBTS = 1
"""A letter whose answer was lost so often while we watched is not sent again by itself."""

_IN_HAND = (DeliveryState.CLAIMED, DeliveryState.DOT)


class SqlSending(SqlSenders):
    """SqlLedger adds the rest of the Ledger port."""

    def __init__(self, database: Database, lease_s: float = LEASE_S) -> None:
        super().__init__(database, lease_s)
        self._numbers: dict[str, int] = {}

    def prepare(
        self, update_ids: Sequence[str], policy: InDoubt, now: datetime, *, waits: bool = False
    ) -> None:
        """See Ledger.prepare."""
        with self._database.writing() as connection:
            numbers = self._numbers_of(connection, update_ids)
            _expire(connection, numbers, now)
            ours = delivery.c.update_number.in_(numbers)
            if not waits:
                deferred = and_(ours, delivery.c.state == DeliveryState.DEFERRED)
                _move(connection, deferred, DeliveryState.QUEUED, now)
            if policy is InDoubt.RESEND:
                is_fresh = known_update.c.expires_at > now
                fresh = select(known_update.c.number).where(
                    known_update.c.number.in_(numbers),
                    or_(known_update.c.expires_at.is_(None), is_fresh),
                )
                doubted = and_(
                    delivery.c.update_number.in_(fresh),
                    delivery.c.state == DeliveryState.IN_DOUBT,
                    delivery.c.doubts <= MAX_DOUBTS,
                )
                _move(connection, doubted, DeliveryState.QUEUED, now, is_copy=1)

    def claim(  # noqa: PLR0913  two of them by name
        self,
        sender_: Sender,
        update_id: str,
        limit: int,
        now: datetime,
        *,
        waits: bool = False,
        only: Collection[int] | None = None,
    ) -> tuple[Owed, ...]:
        """See Ledger.claim."""
        with self._database.writing() as connection:
            enlisted = select(sender.c.number).where(sender.c.number == sender_.number)
            if connection.execute(enlisted.with_for_update(read=True)).scalar() is None:
                return ()
            number = self._number(connection, update_id)
            _expire(connection, [number], now)
            while True:
                query = _claimable(number, limit, now, waits=waits)
                if only is not None:
                    query = query.where(subscriber.c.id.in_(only))
                rows = connection.execute(query).all()
                gone = [row.id for row in rows if row.state != SubscriberState.ACTIVE]
                there = [row for row in rows if row.state == SubscriberState.ACTIVE]
                _move(connection, _rows(number, gone), DeliveryState.SUPPRESSED, now)
                if there or not gone:
                    break
            claimed = _rows(number, [row.id for row in there])
            _move(connection, claimed, DeliveryState.CLAIMED, now, sender=sender_.number)
        return tuple(
            Owed(update_id, as_subscriber(row), bool(row.is_copy), row.attempts) for row in there
        )

    def record(
        self, sender_: Sender, results: Sequence[Result], dots: Sequence[Owed], now: datetime
    ) -> frozenset[tuple[str, int]]:
        """See Ledger.record."""
        with self._database.writing() as connection:
            for number, outcome, attempts, ids in self._grouped(connection, results):
                _write_outcome(connection, sender_, number, outcome, attempts, ids, now)
            by_update: dict[str, list[int]] = defaultdict(list)
            for one in dots:
                by_update[one.update_id].append(one.subscriber.id)
            granted: set[tuple[str, int]] = set()
            for update_id, ids in by_update.items():
                number = self._number(connection, update_id)
                found = _mark_dots(connection, sender_, number, ids, now)
                granted |= {(update_id, one) for one in found}
            return frozenset(granted)

    def next_due(self, update_ids: Sequence[str]) -> datetime | None:
        """See Ledger.next_due."""
        with self._database.reading() as connection:
            query = (
                select(delivery.c.next_at)
                .where(
                    delivery.c.update_number.in_(self._numbers_of(connection, update_ids)),
                    delivery.c.state == DeliveryState.DEFERRED,
                )
                .order_by(delivery.c.next_at)
                .limit(1)
            )
            due: datetime | None = connection.execute(query).scalar()
            return due

    def _grouped(
        self, connection: Connection, results: Iterable[Result]
    ) -> Iterable[tuple[int, Outcome, int, list[int]]]:
        """Results that are written alike: update, outcome, attempts before, subscribers."""
        groups: Mapping[tuple[str, Outcome, int], list[int]] = defaultdict(list)
        for one in results:
            groups[one.owed.update_id, one.outcome, one.owed.attempts].append(
                one.owed.subscriber.id
            )
        for (update_id, outcome, attempts), ids in groups.items():
            yield self._number(connection, update_id), outcome, attempts, ids

    def _numbers_of(self, connection: Connection, update_ids: Sequence[str]) -> list[int]:
        return [self._number(connection, update_id) for update_id in update_ids]

    def _number(self, connection: Connection, update_id: str) -> int:
        """Return the number of an update; -1, which no row has, when it isn't known."""
        if update_id not in self._numbers:
            query = select(known_update.c.number).where(known_update.c.update_id == update_id)
            number = connection.execute(query).scalar()
            if number is None:
                return -1
            self._numbers[update_id] = number
        return self._numbers[update_id]


def _expire(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    stale = select(known_update.c.number).where(
        known_update.c.number.in_(numbers), known_update.c.expires_at <= now
    )
    waiting = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
    for number in connection.execute(stale).scalars().all():
        late = and_(delivery.c.update_number == number, delivery.c.state.in_(waiting))
        _move(connection, late, DeliveryState.EXPIRED, now)


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
) -> None:
    connection.execute(
        update(delivery).where(rows).values(state=state.value, changed_at=now, **values)
    )


def _mark_dots(
    connection: Connection, ours: Sender, number: int, ids: Sequence[int], now: datetime
) -> Sequence[int]:
    """Mark what is still in our hands and for readers who are still there; return for whom."""
    values = {"of_update": number, "to": ids, "by_sender": ours.number, "at": now}
    granted = connection.execute(_MARK_DOTS, values).scalars().all()
    if len(granted) < len(ids):
        left = and_(_CLAIMED_BY_US, delivery.c.subscriber_id.not_in(_ACTIVE))
        statement = update(delivery).where(left)
        values["new_state"] = DeliveryState.SUPPRESSED.value
        connection.execute(statement.values(state=bindparam("new_state")), values)
    return granted


def _write_outcome(  # noqa: PLR0913, PLR0917 - a row's values
    connection: Connection,
    ours: Sender,
    number: int,
    outcome: Outcome,
    attempts: int,
    ids: Sequence[int],
    now: datetime,
) -> None:
    is_deferred = outcome.state is DeliveryState.DEFERRED
    values = {
        "of_update": number,
        "to": ids,
        "by_sender": ours.number,
        "at": now,
        "new_state": outcome.state.value,
        "new_reply": outcome.reply,
        "deferrals": int(is_deferred),
        "then": next_try(attempts + 1, now) if is_deferred else None,
        "more_doubts": int(outcome.state is DeliveryState.IN_DOUBT),
    }
    connection.execute(_WRITE_OUTCOME, values)
    if outcome.meaning is Meaning.NO_SUCH_MAILBOX:
        give_up(connection, ids, now)
    elif outcome.meaning is Meaning.MAILBOX_TROUBLE:
        for one in ids:
            add_strike(connection, one, now)


_OURS = and_(
    delivery.c.update_number == bindparam("of_update"),
    delivery.c.subscriber_id.in_(bindparam("to", expanding=True)),
    delivery.c.sender == bindparam("by_sender"),
)
_CLAIMED_BY_US = and_(_OURS, delivery.c.state == DeliveryState.CLAIMED.value)
_ACTIVE = select(subscriber.c.id).where(
    subscriber.c.id.in_(bindparam("to", expanding=True)),
    subscriber.c.state == SubscriberState.ACTIVE.value,
)
_MARK_DOTS = (
    update(delivery)
    .where(_CLAIMED_BY_US, delivery.c.subscriber_id.in_(_ACTIVE), ~FIND_HELD.exists())
    .values(
        state=DeliveryState.DOT.value,
        reply="",
        resent=case((delivery.c.is_copy == 1, 1), else_=delivery.c.resent),
        changed_at=bindparam("at"),
    )
    .returning(delivery.c.subscriber_id)
)
_WRITE_OUTCOME = (
    update(delivery)
    .where(_OURS, delivery.c.state.in_(_IN_HAND))
    .values(
        state=bindparam("new_state"),
        reply=bindparam("new_reply"),
        attempts=delivery.c.attempts + bindparam("deferrals"),
        next_at=bindparam("then"),
        doubts=delivery.c.doubts + bindparam("more_doubts"),
        changed_at=bindparam("at"),
    )
)
