"""Days on which a mailbox was in trouble: three that count, and nothing more is written to it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Connection, and_, delete, select, update

from statusgen.mail.database.adding import add_new
from statusgen.mail.database.schema import strike, subscriber
from statusgen.mail.subscribers.address_book import STRIKES_LAST, Strike
from statusgen.mail.subscribers.subscriber import SubscriberState

_MAX_STRIKES = 3


def add_strike(
    connection: Connection, subscriber_id: int, now: datetime, *, may_end: bool = True
) -> Strike:
    """See AddressBook.strike."""
    forget_strikes(connection, subscriber_id, until=_lapsed(now))
    struck = counting_strikes(connection, subscriber_id, now)
    today = _day(now)
    if today in struck:
        return Strike.REPEATED
    add_new(connection, strike, [{"subscriber_id": subscriber_id, "day": today}])
    is_enough = may_end and len(struck) + 1 >= _MAX_STRIKES
    is_last = is_enough and give_up(connection, [subscriber_id], now)
    return Strike.LAST if is_last else Strike.COUNTED


def struck_before(connection: Connection, now: datetime) -> frozenset[int]:
    """See Ledger.struck_before."""
    query = select(strike.c.subscriber_id).distinct()
    counts = query.where(strike.c.day > _lapsed(now), strike.c.day < _day(now))
    return frozenset(connection.execute(counts).scalars())


def counting_strikes(connection: Connection, subscriber_id: int, now: datetime) -> tuple[date, ...]:
    """Return the days of the strikes that have not lapsed, oldest first."""
    query = select(strike.c.day).where(
        strike.c.subscriber_id == subscriber_id, strike.c.day > _lapsed(now)
    )
    return tuple(connection.execute(query.order_by(strike.c.day)).scalars())


def forget_strikes(connection: Connection, subscriber_id: int, until: date = date.max) -> None:
    """Remove the strikes up to this day."""
    statement = delete(strike).where(strike.c.subscriber_id == subscriber_id)
    connection.execute(statement.where(strike.c.day <= until))


def give_up(connection: Connection, subscriber_ids: Sequence[int], now: datetime) -> bool:
    """Write no more to those of these who are active; return whether there was one."""
    statement = (
        update(subscriber)
        .where(subscriber.c.id.in_(subscriber_ids), subscriber.c.state == SubscriberState.ACTIVE)
        .values(state=SubscriberState.BOUNCED, changed_at=now)
    )
    return connection.execute(statement).rowcount > 0


def take_back(connection: Connection, since: datetime, now: datetime) -> int:
    """See AddressBook.restore."""
    are_back = and_(
        subscriber.c.state == SubscriberState.BOUNCED,
        subscriber.c.changed_at >= since,
        subscriber.c.address.is_not(None),
    )
    theirs = strike.c.subscriber_id.in_(select(subscriber.c.id).where(are_back))
    connection.execute(delete(strike).where(theirs))
    statement = update(subscriber).where(are_back)
    return connection.execute(
        statement.values(state=SubscriberState.ACTIVE, changed_at=now)
    ).rowcount


def _lapsed(now: datetime) -> date:
    """The last day whose strikes count no more."""
    return _day(now) - STRIKES_LAST


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
