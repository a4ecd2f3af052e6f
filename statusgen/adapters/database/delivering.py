"""The part of the ledger that a run of letters uses: what is owed, what was sent."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from statusgen.adapters.database.accounts import SqlAccounts
from statusgen.adapters.database.address_book import COLUMNS, as_subscriber
from statusgen.adapters.database.engine import Database
from statusgen.adapters.database.schema import UNSETTLED, delivery, known_update, subscriber
from statusgen.model.delivery import HELD, DeliveryState, InDoubt, Owed, Result
from statusgen.model.subscriber import SubscriberState

UNSENT = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
_SENDABLE = (*UNSENT, DeliveryState.IN_DOUBT)
_MAX_DOUBTS = 1
"""A letter whose answer was lost so often while we watched is not sent again by itself."""

_WRITE_RESULT = (
    update(delivery)
    .where(
        delivery.c.update_number == bindparam("in_update"),
        delivery.c.subscriber_id == bindparam("to_subscriber"),
        delivery.c.state == DeliveryState.SENDING.value,
    )
    .values(
        state=bindparam("new_state"),
        reply=bindparam("new_reply"),
        doubts=delivery.c.doubts + bindparam("more_doubts"),
        changed_at=bindparam("at"),
    )
)

_MARK = (
    update(delivery)
    .where(
        delivery.c.update_number == bindparam("in_update"),
        delivery.c.subscriber_id == bindparam("to_subscriber"),
    )
    .values(
        state=bindparam("new_state"),
        reply="",
        attempts=delivery.c.attempts + bindparam("more_attempts"),
        resent=case((bindparam("is_resent") == 1, 1), else_=delivery.c.resent),
        changed_at=bindparam("at"),
    )
)


class SqlDeliveries(SqlAccounts):
    """The rows of deliveries; SqlLedger adds the rest of the Ledger port."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._numbers: dict[str, int] = {}

    def doubt_unfinished(self, update_ids: Sequence[str], now: datetime) -> int:
        """See Ledger.doubt_unfinished."""
        with self._database.writing() as connection:
            statement = (
                update(delivery)
                .where(
                    delivery.c.update_number.in_(self._numbers_of(connection, update_ids)),
                    delivery.c.state == DeliveryState.SENDING,
                )
                .values(state=DeliveryState.IN_DOUBT, changed_at=now)
            )
            return connection.execute(statement).rowcount

    def backlog(self, policy: InDoubt) -> tuple[tuple[str, int], ...]:
        """See Ledger.backlog."""
        is_doubted = delivery.c.state == DeliveryState.IN_DOUBT
        is_owed = or_(
            delivery.c.state.in_((*UNSENT, DeliveryState.SENDING)),
            and_(is_doubted, delivery.c.doubts <= _MAX_DOUBTS, literal(policy is InDoubt.RESEND)),
        )
        query = (
            select(known_update.c.update_id, func.sum(case((is_owed, 1), else_=0)))
            .join(delivery, delivery.c.update_number == known_update.c.number)
            .where(text(UNSETTLED), or_(is_owed, delivery.c.resent == 1))
            .group_by(known_update.c.update_id, known_update.c.at)
            .order_by(known_update.c.at, known_update.c.update_id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple((update_id, int(letters)) for update_id, letters in rows)

    def owed(
        self, update_id: str, policy: InDoubt, limit: int, after: Owed | None = None
    ) -> tuple[Owed, ...]:
        """See Ledger.owed."""
        with self._database.reading() as connection:
            number = self._number(connection, update_id)
            rows: list[Row[Any]] = []
            if policy is InDoubt.RESEND and (after is None or after.is_in_doubt):
                rows += connection.execute(_in_doubt(number, _id(after), limit)).all()
                after = None
            if len(rows) < limit:
                rows += connection.execute(_unsent(number, _id(after), limit - len(rows))).all()
        return tuple(
            Owed(update_id, as_subscriber(row), row.delivery_state == DeliveryState.IN_DOUBT)
            for row in rows
        )

    def record(
        self, results: Sequence[Result], sending: Sequence[Owed], now: datetime
    ) -> frozenset[tuple[str, int]]:
        """See Ledger.record."""
        with self._database.writing() as connection:
            if results:
                rows = [self._result_row(connection, result, now) for result in results]
                connection.execute(_WRITE_RESULT, rows)
            if not sending:
                return frozenset()
            return self._mark(connection, sending, now)

    def tokens(self, update_id: str, state: DeliveryState) -> tuple[str, ...]:
        """See Ledger.tokens."""
        return self._tokens_where((update_id,), delivery.c.state == state)

    def take_unreported_resent(self, update_ids: Sequence[str]) -> tuple[str, ...]:
        """See Ledger.take_unreported_resent."""
        tokens = self._tokens_where(update_ids, delivery.c.resent == 1)
        if tokens:
            with self._database.writing() as connection:
                numbers = self._numbers_of(connection, update_ids)
                connection.execute(
                    update(delivery)
                    .where(delivery.c.update_number.in_(numbers), delivery.c.resent == 1)
                    .values(resent=2)
                )
        return tokens

    def retry(self, update_id: str, states: Sequence[DeliveryState], now: datetime) -> int:
        """See Ledger.retry."""
        certain = [one for one in states if one is not DeliveryState.IN_DOUBT]
        number = self._move(update_id, certain, now, state=DeliveryState.QUEUED, doubts=0)
        if DeliveryState.IN_DOUBT in states:
            doubted = (DeliveryState.IN_DOUBT,)
            number += self._move(
                update_id, doubted, now, state=DeliveryState.QUEUED, doubts=0, resent=1
            )
        return number

    def hold(self, update_id: str, now: datetime) -> int:
        """See Ledger.hold."""
        self._settle_skipped(update_id)
        number = self._move(update_id, UNSENT, now, state=DeliveryState.SUPPRESSED)
        doubted = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)
        return number + self._move(
            update_id, doubted, now, state=DeliveryState.IN_DOUBT, doubts=_MAX_DOUBTS + 1
        )

    def _settle_skipped(self, update_id: str) -> None:
        with self._database.writing() as connection:
            is_it = and_(known_update.c.update_id == update_id, known_update.c.skipped != "")
            connection.execute(update(known_update).where(is_it).values(skipped=HELD))

    def _move(
        self, update_id: str, states: Sequence[DeliveryState], now: datetime, **values: object
    ) -> int:
        with self._database.writing() as connection:
            statement = (
                update(delivery)
                .where(
                    delivery.c.update_number == self._number(connection, update_id),
                    delivery.c.state.in_(states),
                )
                .values(changed_at=now, **values)
            )
            return connection.execute(statement).rowcount

    def _mark(
        self, connection: Connection, sending: Sequence[Owed], now: datetime
    ) -> frozenset[tuple[str, int]]:
        states = self._states(connection, sending)
        granted: dict[tuple[str, int], None] = {}
        rows = []
        for owed in sending:
            key = (owed.update_id, owed.subscriber.id)
            is_active, state = states.get(key, (False, ""))
            if state not in _SENDABLE:
                continue
            if is_active:
                granted[key] = None
            rows.append(self._mark_row(connection, owed, now, is_granted=is_active))
        if rows:
            connection.execute(_MARK, rows)
        return frozenset(granted)

    def _states(
        self, connection: Connection, sending: Sequence[Owed]
    ) -> dict[tuple[str, int], tuple[bool, str]]:
        by_update: dict[str, list[int]] = defaultdict(list)
        for owed in sending:
            by_update[owed.update_id].append(owed.subscriber.id)
        found = {}
        for update_id, ids in by_update.items():
            query = (
                select(subscriber.c.id, subscriber.c.state, delivery.c.state.label("delivery"))
                .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
                .where(
                    delivery.c.update_number == self._number(connection, update_id),
                    delivery.c.subscriber_id.in_(ids),
                )
            )
            for row in connection.execute(query):
                is_active = row.state == SubscriberState.ACTIVE
                found[update_id, row.id] = (is_active, row.delivery)
        return found

    def _mark_row(
        self, connection: Connection, owed: Owed, now: datetime, *, is_granted: bool
    ) -> dict[str, Any]:
        state = DeliveryState.SENDING if is_granted else DeliveryState.SUPPRESSED
        return {
            "in_update": self._number(connection, owed.update_id),
            "to_subscriber": owed.subscriber.id,
            "new_state": state.value,
            "more_attempts": int(is_granted),
            "is_resent": int(is_granted and owed.is_in_doubt),
            "at": now,
        }

    def _result_row(self, connection: Connection, result: Result, now: datetime) -> dict[str, Any]:
        return {
            "in_update": self._number(connection, result.owed.update_id),
            "to_subscriber": result.owed.subscriber.id,
            "new_state": result.outcome.state.value,
            "new_reply": result.outcome.reply,
            "more_doubts": int(result.outcome.state is DeliveryState.IN_DOUBT),
            "at": now,
        }

    def _tokens_where(self, update_ids: Sequence[str], condition: Any) -> tuple[str, ...]:
        with self._database.reading() as connection:
            numbers = self._numbers_of(connection, update_ids)
            query = (
                select(subscriber.c.token)
                .distinct()
                .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
                .where(delivery.c.update_number.in_(numbers), condition)
                .order_by(subscriber.c.token)
            )
            return tuple(connection.execute(query).scalars())

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


def _id(owed: Owed | None) -> int:
    return 0 if owed is None else owed.subscriber.id


def _owed_rows(number: int, after_id: int, limit: int) -> Select[Any]:
    return (
        select(*COLUMNS, delivery.c.state.label("delivery_state"))
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .where(delivery.c.update_number == number, delivery.c.subscriber_id > after_id)
        .order_by(delivery.c.subscriber_id)
        .limit(limit)
    )


def _in_doubt(number: int, after_id: int, limit: int) -> Select[Any]:
    return _owed_rows(number, after_id, limit).where(
        delivery.c.state == DeliveryState.IN_DOUBT, delivery.c.doubts <= _MAX_DOUBTS
    )


def _unsent(number: int, after_id: int, limit: int) -> Select[Any]:
    return _owed_rows(number, after_id, limit).where(delivery.c.state.in_(UNSENT))
