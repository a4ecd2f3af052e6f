"""The ledger in SQL: known updates, claims, settings, and one row per update and subscriber."""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    Connection,
    Select,
    String,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from statusgen.adapters.database.accounts import FEW, KNOWN
from statusgen.adapters.database.address_book import COLUMNS, as_subscriber
from statusgen.adapters.database.choosing import picked_by
from statusgen.adapters.database.delivering import UNSENT, SqlDeliveries
from statusgen.adapters.database.lock import locked
from statusgen.adapters.database.schema import claim, delivery, known_update, setting, subscriber
from statusgen.model.delivery import Audience, DeliveryState, KnownUpdate
from statusgen.model.subscriber import Subscriber
from statusgen.model.value import replace

_INSERT_UNKNOWN = insert(known_update).from_select(
    ["update_id", "incident_id", "at", "skipped", "recorded_at"],
    select(
        bindparam("new_id", type_=String),
        bindparam("in_incident", type_=String),
        bindparam("instant", type_=known_update.c.at.type),
        bindparam("reason", type_=String),
        bindparam("recorded", type_=known_update.c.recorded_at.type),
    ).where(~exists().where(known_update.c.update_id == bindparam("new_id", type_=String))),
)


class SqlLedger(SqlDeliveries):
    """The Ledger port over a database."""

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See Ledger.exclusive."""
        path = self._database.path
        if path is None:  # a server locks by its own means
            yield
            return
        with locked(path.with_name(path.name + ".lock")):
            yield

    def skips(self) -> Mapping[str, str]:
        """See Ledger.skips."""
        query = select(known_update.c.update_id, known_update.c.skipped)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.update_id: row.skipped for row in rows}

    def known_updates(self, ids: Collection[str] | None = None) -> Mapping[str, KnownUpdate]:
        """See Ledger.known_updates."""
        query = select(*KNOWN).order_by(known_update.c.number)
        if ids is not None and len(ids) <= FEW:
            query = query.where(known_update.c.update_id.in_(ids))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.update_id: KnownUpdate(*row) for row in rows if ids is None or row[0] in ids}

    def record_skipped(self, updates: Iterable[KnownUpdate], now: datetime) -> None:
        """See Ledger.record_skipped."""
        rows = [
            {
                "new_id": known.update_id,
                "in_incident": known.incident_id,
                "instant": known.at,
                "reason": known.skipped,
                "recorded": now,
            }
            for known in updates
        ]
        if rows:
            with self._database.writing() as connection:
                connection.execute(_INSERT_UNKNOWN, rows)

    def audience_size(self, incident_id: str, audience: Audience) -> int:
        """See Ledger.audience_size."""
        query = select(func.count()).select_from(subscriber).where(picked_by(audience, incident_id))
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def sample(self, incident_id: str, audience: Audience, number: int) -> tuple[Subscriber, ...]:
        """See Ledger.sample."""
        picked = picked_by(audience, incident_id)
        query = select(*COLUMNS).where(picked).order_by(subscriber.c.id).limit(1)
        size = self.audience_size(incident_id, audience)
        places = sorted({size * one // number for one in range(number)})
        with self._database.reading() as connection:
            found = (connection.execute(query.offset(one)).first() for one in places)
            return tuple(as_subscriber(row) for row in found if row is not None)

    def queue(
        self,
        known: KnownUpdate,
        audience: Audience,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> int:
        """See Ledger.queue."""
        with self._database.writing() as connection:
            number = _number(connection, known.update_id)
            if number is not None and not _is_skipped(connection, number):
                return 0
            if number is None:
                number = _insert_known(connection, replace(known, skipped=""), now)
            _mark_queued(connection, number, expires_at)
            chosen = select(
                literal(number),
                subscriber.c.id,
                literal(DeliveryState.QUEUED.value),
                literal(now, delivery.c.changed_at.type),
            ).where(picked_by(audience, known.incident_id))
            names = ["update_number", "subscriber_id", "state", "changed_at"]
            connection.execute(insert(delivery).from_select(names, chosen))
            return _size(connection, number)

    def rename(self, old_id: str, new_id: str) -> None:
        """See Ledger.rename."""
        self._numbers.pop(old_id, None)
        with self._database.writing() as connection:
            connection.execute(
                update(known_update)
                .where(known_update.c.update_id == old_id)
                .values(update_id=new_id)
            )
            token = connection.execute(
                select(claim.c.token).where(claim.c.update_id == old_id)
            ).scalar()
            if token is not None:  # the old name's claim on a target stays ours
                connection.execute(insert(claim).values(update_id=new_id, token=token))

    def supersede(self, update_id: str, now: datetime) -> int:
        """See Ledger.supersede."""
        with self._database.writing() as connection:
            number = _number(connection, update_id)
            if number is None:
                return 0
            statement = (
                update(delivery)
                .where(
                    delivery.c.update_number.in_(_earlier_updates(number)),
                    delivery.c.state.in_(UNSENT),
                    delivery.c.subscriber_id.in_(_addressees(number)),
                )
                .values(state=DeliveryState.SUPERSEDED, changed_at=now)
            )
            return connection.execute(statement).rowcount

    def token_for(self, update_id: str) -> str:
        """See Ledger.token_for."""
        query = select(claim.c.token).where(claim.c.update_id == update_id)
        with self._database.writing() as connection:
            token = connection.execute(query).scalar()
            if token is None:
                token = secrets.token_hex(16)
                connection.execute(insert(claim), {"update_id": update_id, "token": token})
        return token

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """See Ledger.setting."""
        query = select(setting.c.value).where(setting.c.name == name)
        with self._database.writing() as connection:
            value = connection.execute(query).scalar()
            if value is None:
                value = make()
                connection.execute(insert(setting), {"name": name, "value": value})
        return value


def _number(connection: Connection, update_id: str) -> int | None:
    query = select(known_update.c.number).where(known_update.c.update_id == update_id)
    return connection.execute(query).scalar()


def _is_skipped(connection: Connection, number: int) -> bool:
    query = select(known_update.c.skipped).where(known_update.c.number == number)
    return bool(connection.execute(query).scalar())


def _insert_known(connection: Connection, known: KnownUpdate, now: datetime) -> int:
    statement = insert(known_update).values(
        update_id=known.update_id,
        incident_id=known.incident_id,
        at=known.at,
        skipped=known.skipped,
        recorded_at=now,
    )
    key = connection.execute(statement).inserted_primary_key
    return int(key[0]) if key else 0


def _mark_queued(connection: Connection, number: int, expires_at: datetime | None) -> None:
    statement = update(known_update).where(known_update.c.number == number)
    connection.execute(statement.values(skipped="", expires_at=expires_at))


def _size(connection: Connection, number: int) -> int:
    query = select(func.count()).where(delivery.c.update_number == number)
    return connection.execute(query).scalar_one()


def _earlier_updates(number: int) -> Select[tuple[int]]:
    this = known_update.alias("this")
    return (
        select(known_update.c.number)
        .join(this, this.c.incident_id == known_update.c.incident_id)
        .where(this.c.number == number, known_update.c.at < this.c.at)
    )


def _addressees(number: int) -> Select[tuple[int]]:
    letters = delivery.alias("letters")
    return select(letters.c.subscriber_id).where(
        letters.c.update_number == number, letters.c.state != DeliveryState.SUPPRESSED
    )
