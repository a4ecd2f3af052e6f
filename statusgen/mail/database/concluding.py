"""What a run was told of its readers, weighed and written to the address book."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from statusgen.mail.database.schema import subscriber
from statusgen.mail.database.strikes import add_strike, give_up, struck_before
from statusgen.mail.delivery.refusals import Refusals, weigh
from statusgen.mail.subscribers.subscriber import SubscriberState

_A_DAY = timedelta(days=1)


def conclude(connection: Connection, refusals: Refusals, now: datetime) -> None:
    """See Ledger.conclude. Readers are written in the order of their ids, whoever else writes."""
    if not refusals.each:
        return
    readers, gone_today = _numbers(connection, now)
    verdict = weigh(refusals, struck_before(connection, now), gone_today, readers)
    for one in sorted((*verdict.gone, *verdict.struck)):
        if one in verdict.gone:
            give_up(connection, [one], now)
        else:
            add_strike(connection, one, now, may_end=verdict.may_end)


def _numbers(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many readers there are, and how many of them were given up within a day."""
    of_state = select(func.count()).where(subscriber.c.address.is_not(None))
    active = of_state.where(subscriber.c.state == SubscriberState.ACTIVE)
    bounced = of_state.where(
        subscriber.c.state == SubscriberState.BOUNCED, subscriber.c.changed_at > now - _A_DAY
    )
    gone = connection.execute(bounced).scalar_one()
    return connection.execute(active).scalar_one() + gone, gone
