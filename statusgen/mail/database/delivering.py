"""What is owed, whose letter is where, and who got a copy: for the operator and the reports."""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    true,
    update,
)

from statusgen.mail.database.schema import UNSETTLED, delivery, known_update, subscriber
from statusgen.mail.database.sending import MAY_BE_RESENT
from statusgen.mail.database.withdrawing import UNSENT
from statusgen.mail.letter_states import DeliveryState
from statusgen.values.vocabulary import InDoubt

_IS_UNREPORTED = and_(text(UNSETTLED), delivery.c.is_unreported == 1)
_BATCH = 500


def backlog(
    connection: Connection, policy: InDoubt, only: Collection[int] | None
) -> tuple[tuple[str, int], ...]:
    """See Ledger.backlog."""
    over = select(known_update.c.number).where(known_update.c.withdrawn.is_not(None))
    is_owed = or_(
        delivery.c.state.in_((*UNSENT, DeliveryState.DOT)),
        and_(
            literal(policy is InDoubt.RESEND),
            MAY_BE_RESENT,
            delivery.c.update_number.not_in(over),
        ),
    )
    theirs = true() if only is None else delivery.c.subscriber_id.in_(only)
    unsettled = (
        select(delivery.c.update_number, func.sum(case((is_owed, 1), else_=0)).label("letters"))
        .where(text(UNSETTLED), theirs, or_(is_owed, delivery.c.is_unreported == 1))
        .group_by(delivery.c.update_number)
        .subquery()
    )
    query = (
        select(known_update.c.update_id, unsettled.c.letters)
        .join(unsettled, unsettled.c.update_number == known_update.c.number)
        .order_by(known_update.c.at, known_update.c.update_id)
    )
    rows = connection.execute(query).all()
    return tuple((update_id, int(letters)) for update_id, letters in rows)


def tokens(connection: Connection, number: int, state: DeliveryState) -> tuple[str, ...]:
    """See Ledger.tokens."""
    return _tokens_where(connection, [number], delivery.c.state == state)


def unreported_copies(connection: Connection, numbers: Sequence[int]) -> tuple[str, ...]:
    """See Ledger.unreported_copies."""
    return _tokens_where(connection, numbers, _IS_UNREPORTED)


def tick_copies(connection: Connection, numbers: Sequence[int], named: Sequence[str]) -> None:
    """See Ledger.tick_copies."""
    for start in range(0, len(named), _BATCH):
        batch = named[start : start + _BATCH]
        readers = select(subscriber.c.id).where(subscriber.c.token.in_(batch))
        of_them = and_(
            delivery.c.update_number.in_(numbers),
            delivery.c.subscriber_id.in_(readers),
            _IS_UNREPORTED,
        )
        connection.execute(update(delivery).where(of_them).values(is_unreported=0))


def _tokens_where(
    connection: Connection, numbers: Sequence[int], condition: ColumnElement[bool]
) -> tuple[str, ...]:
    query = (
        select(subscriber.c.token)
        .distinct()
        .where(
            subscriber.c.id.in_(
                select(delivery.c.subscriber_id).where(
                    delivery.c.update_number.in_(numbers), condition
                )
            )
        )
        .order_by(subscriber.c.token)
    )
    return tuple(connection.execute(query).scalars())
