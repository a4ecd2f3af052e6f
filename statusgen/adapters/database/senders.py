"""Senders, as the ledger knows them: each holds letters by a number that is never given twice.

Once a sender is settled as gone its letters are in other hands or in doubt, and nothing that it
writes has an effect any more.
"""

import time
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select, text, update

from statusgen.adapters.database.accounts import SqlAccounts
from statusgen.adapters.database.engine import Database
from statusgen.adapters.database.schema import UNSETTLED, delivery, sender, setting
from statusgen.model.delivery import DeliveryState, Sender
from statusgen.model.manifest import Publisher
from statusgen.ports.ledger import IsGone

LEASE_S = 60.0
_HELD = "held_since"


class SqlSenders(SqlAccounts):
    """The senders of a ledger; SqlSending adds what they do."""

    def __init__(self, database: Database, lease_s: float = LEASE_S) -> None:
        super().__init__(database)
        self._lease_s = lease_s

    def enlist(self, by: Publisher, is_gone: IsGone) -> Sender:
        """See Ledger.enlist."""
        with self._database.writing() as connection:
            clock_s = _clock_s(connection)
            for row in connection.execute(select(sender).with_for_update()).all():
                other = Publisher(row.user_name, row.host, row.process)
                if self._is_file or row.alive_until < clock_s or is_gone(other):
                    _settle(connection, row.number)
            who = {"user_name": by.user, "host": by.host, "process": by.process}
            values = {**who, "alive_until": clock_s + self._lease_s}
            key = connection.execute(insert(sender).values(values)).inserted_primary_key
        return Sender(int(key[0]) if key else 0)

    def beat(self, sender_: Sender) -> bool:
        """See Ledger.beat. Others who were not heard of for long are settled by the way."""
        with self._database.writing() as connection:
            clock_s = _clock_s(connection)
            ours = sender.c.number == sender_.number
            statement = update(sender).where(ours).values(alive_until=clock_s + self._lease_s)
            is_enlisted = connection.execute(statement).rowcount > 0
            late = select(sender.c.number).where(sender.c.alive_until < clock_s)
            locked = late.with_for_update(skip_locked=True)
            for number in connection.execute(locked).scalars().all():
                _settle(connection, number)
        return is_enlisted

    def dismiss(self, sender_: Sender) -> None:
        """See Ledger.dismiss."""
        with self._database.writing() as connection:
            _settle(connection, sender_.number)

    def senders(self) -> tuple[Publisher, ...]:
        """See Ledger.senders."""
        with self._database.reading() as connection:
            alive = sender.c.alive_until >= _clock_s(connection)
            query = select(sender).where(alive).order_by(sender.c.number)
            rows = connection.execute(query).all()
        return tuple(Publisher(row.user_name, row.host, row.process) for row in rows)

    def is_held(self) -> bool:
        """See Ledger.is_held."""
        with self._database.reading() as connection:
            return is_held(connection)

    def hold_all(self, now: datetime) -> None:
        """See Ledger.hold_all."""
        with self._database.writing() as connection:
            if not is_held(connection):
                connection.execute(insert(setting), {"name": _HELD, "value": now.isoformat()})

    def release_all(self) -> None:
        """See Ledger.release_all."""
        with self._database.writing() as connection:
            connection.execute(delete(setting).where(setting.c.name == _HELD))

    @property
    def _is_file(self) -> bool:
        """Whether nobody else can be sending: a file has one user at a time."""
        return self._database.path is not None


def is_held(connection: Connection) -> bool:
    """Whether all senders are to stop."""
    return connection.execute(FIND_HELD).scalar() is not None


def _clock_s(connection: Connection) -> float:
    """The database's clock: on a server its own, whatever the clocks of the senders say."""
    if connection.dialect.name == "sqlite":
        return time.time()
    clock = "SELECT extract(epoch FROM clock_timestamp())"
    return float(connection.exec_driver_sql(clock).scalar_one())


def _settle(connection: Connection, number: int) -> None:
    """Take everything out of a sender's hands."""
    for state, then in (
        (DeliveryState.CLAIMED, DeliveryState.QUEUED),
        (DeliveryState.DOT, DeliveryState.IN_DOUBT),
    ):
        left = and_(delivery.c.sender == number, delivery.c.state == state, text(UNSETTLED))
        connection.execute(update(delivery).where(left).values(state=then, reply=""))
    connection.execute(delete(sender).where(sender.c.number == number))


FIND_HELD = select(setting.c.name).where(setting.c.name == _HELD)
"""Finds something where all senders are to stop."""
