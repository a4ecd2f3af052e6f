"""The part of the ledger that the operator uses: what is owed, held, and sent again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, text, update

from statusgen.adapters.database.schema import UNSETTLED, delivery, known_update, subscriber
from statusgen.adapters.database.sending import MAX_DOUBTS, SqlSending
from statusgen.model.delivery import HELD, DeliveryState, InDoubt

UNSENT = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
"""What has not gone out; whoever has claimed one finds that out before its final dot."""


class SqlDeliveries(SqlSending):
    """The rows of deliveries; SqlLedger adds the rest of the Ledger port."""

    def backlog(self, policy: InDoubt) -> tuple[tuple[str, int], ...]:
        """See Ledger.backlog."""
        is_doubted = delivery.c.state == DeliveryState.IN_DOUBT
        is_owed = or_(
            delivery.c.state.in_((*UNSENT, DeliveryState.DOT)),
            and_(is_doubted, delivery.c.doubts <= MAX_DOUBTS, literal(policy is InDoubt.RESEND)),
        )
        unsettled = (
            select(delivery.c.update_number, func.sum(case((is_owed, 1), else_=0)).label("letters"))
            .where(text(UNSETTLED), or_(is_owed, delivery.c.resent == 1))
            .group_by(delivery.c.update_number)
            .subquery()
        )
        query = (
            select(known_update.c.update_id, unsettled.c.letters)
            .join(unsettled, unsettled.c.update_number == known_update.c.number)
            .order_by(known_update.c.at, known_update.c.update_id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple((update_id, int(letters)) for update_id, letters in rows)

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
                update_id, doubted, now, state=DeliveryState.QUEUED, doubts=0, is_copy=1, resent=1
            )
        return number

    def hold(self, update_id: str, now: datetime) -> int:
        """See Ledger.hold."""
        self._settle_skipped(update_id)
        number = self._move(update_id, UNSENT, now, state=DeliveryState.SUPPRESSED)
        doubted = (DeliveryState.DOT, DeliveryState.IN_DOUBT)  # the first may still be answered
        return number + self._move(update_id, doubted, now, doubts=MAX_DOUBTS + 1)

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
