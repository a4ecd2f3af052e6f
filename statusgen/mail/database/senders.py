"""Senders, as the ledger knows them: each holds letters by a number that is never given twice.

Once a sender is settled as gone its letters are in other hands or in doubt, and all that it can
still say is that one was accepted.
"""

import secrets
import time
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select, text, update

from statusgen.mail.database.adding import add_new
from statusgen.mail.database.schema import UNSETTLED, delivery, sender, setting
from statusgen.mail.ledger import IsGone
from statusgen.mail.letter_states import DeliveryState, Sender, Standing, Trouble
from statusgen.targets.manifest import Publisher

LEASE_S = 60.0
_HELD = "held_since"
_EDITION = "edition"
_TROUBLE = "last_trouble"

FIND_HELD = select(setting.c.name).where(setting.c.name == _HELD)
"""Finds something where all senders are to stop."""


def enlist(connection: Connection, by: Publisher, is_gone: IsGone, lease_s: float) -> Sender:
    """See Ledger.enlist."""
    clock_s = _clock_s(connection)
    everybody = select(sender).order_by(sender.c.number).with_for_update()
    for row in connection.execute(everybody).all():
        other = Publisher(row.user_name, row.host, row.process)
        if row.alive_until < clock_s or is_gone(other):
            settle(connection, row.number)
    who = {"user_name": by.user, "host": by.host, "process": by.process}
    values = {**who, "alive_until": clock_s + lease_s}
    key = connection.execute(insert(sender).values(values)).inserted_primary_key
    return Sender(int(key[0]) if key else 0)


def beat(connection: Connection, sender_: Sender, lease_s: float) -> Standing | None:
    """See Ledger.beat. Others who were not heard of for long are settled by the way."""
    clock_s = _clock_s(connection)
    ours = sender.c.number == sender_.number
    connection.execute(update(sender).where(ours).values(alive_until=clock_s + lease_s))
    late = select(sender.c.number).where(sender.c.alive_until < clock_s)
    locked = late.with_for_update(skip_locked=True)
    for number in connection.execute(locked).scalars().all():
        settle(connection, number)
    alive = select(sender.c.number).where(sender.c.alive_until >= clock_s)
    numbers = connection.execute(alive.order_by(sender.c.number)).scalars().all()
    if sender_.number not in numbers:
        return None
    edition = select(setting.c.value).where(setting.c.name == _EDITION)
    number = numbers.index(sender_.number)
    return Standing(number, len(numbers), connection.execute(edition).scalar() or "")


def settle(connection: Connection, number: int) -> None:
    """Take everything out of a sender's hands."""
    for state, then in (
        (DeliveryState.CLAIMED, DeliveryState.QUEUED),
        (DeliveryState.DOT, DeliveryState.IN_DOUBT),
    ):
        left = and_(delivery.c.sender == number, delivery.c.state == state, text(UNSETTLED))
        connection.execute(update(delivery).where(left).values(state=then, reply=""))
    connection.execute(delete(sender).where(sender.c.number == number))


def dismiss(connection: Connection, sender_: Sender, trouble: Trouble | None) -> None:
    """See Ledger.dismiss."""
    settle(connection, sender_.number)
    connection.execute(delete(setting).where(setting.c.name == _TROUBLE))
    if trouble is not None:
        value = f"{trouble.at.isoformat()} {trouble.text}"
        add_new(connection, setting, [{"name": _TROUBLE, "value": value}])


def last_trouble(connection: Connection) -> Trouble | None:
    """See Ledger.last_trouble."""
    found = connection.execute(select(setting.c.value).where(setting.c.name == _TROUBLE)).scalar()
    at, _, text = (found or "").partition(" ")
    return Trouble(datetime.fromisoformat(at), text) if at else None


def living(connection: Connection) -> tuple[Publisher, ...]:
    """See Ledger.senders."""
    alive = sender.c.alive_until >= _clock_s(connection)
    rows = connection.execute(select(sender).where(alive).order_by(sender.c.number)).all()
    return tuple(Publisher(row.user_name, row.host, row.process) for row in rows)


def is_held(connection: Connection) -> bool:
    """See Ledger.is_held."""
    return connection.execute(FIND_HELD).scalar() is not None


def hold_all(connection: Connection, now: datetime) -> None:
    """See Ledger.hold_all."""
    add_new(connection, setting, [{"name": _HELD, "value": now.isoformat()}])


def release_all(connection: Connection) -> None:
    """See Ledger.release_all."""
    connection.execute(delete(setting).where(setting.c.name == _HELD))


def new_edition(connection: Connection) -> None:
    """See Ledger.new_edition."""
    connection.execute(delete(setting).where(setting.c.name == _EDITION))
    add_new(connection, setting, [{"name": _EDITION, "value": secrets.token_hex(8)}])


def _clock_s(connection: Connection) -> float:
    """The database's clock: on a server its own, whatever the clocks of the senders say."""
    if connection.dialect.name == "sqlite":
        return time.time()
    clock = "SELECT extract(epoch FROM clock_timestamp())"
    return float(connection.exec_driver_sql(clock).scalar_one())
