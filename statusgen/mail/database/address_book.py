"""The address book in SQL. An address is looked up by its key; an erased one by a keyed hash."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from statusgen.errors import UsageError
from statusgen.mail.database.engine import Database
from statusgen.mail.database.schema import erased_address, subscriber
from statusgen.mail.database.strikes import (
    add_strike,
    counting_strikes,
    forget_strikes,
    take_back,
)
from statusgen.mail.subscribers.address_book import Imported, Strike
from statusgen.mail.subscribers.subscriber import (
    Consent,
    NewSubscriber,
    Subscriber,
    SubscriberRecord,
    SubscriberState,
)
from statusgen.values.addresses import address_key, address_keys

_BATCH = 500
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"  # one case: tokens are in file names
_TOKEN_LENGTH = 8

COLUMNS = (
    subscriber.c.id,
    subscriber.c.token,
    subscriber.c.address,
    subscriber.c.state,
    subscriber.c.audience,
    subscriber.c.components,
    subscriber.c.min_severity,
    subscriber.c.language,
)


class SqlAddressBook:
    """The AddressBook port over a database; `secret_key` keys the hashes of erased addresses."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        self._database = database
        self._secret_key = secret_key

    def add(self, new: NewSubscriber, source: str, now: datetime) -> Subscriber:
        """See AddressBook.add."""
        key = address_key(new.address)
        with self._database.writing() as connection:
            found = _known_keys(connection, [new.address]).get(key)
            if found is not None and found.state == SubscriberState.ACTIVE:
                raise UsageError("this address is subscribed already; `list` shows its token")
            hashes = map(self._hash, address_keys(new.address))
            connection.execute(
                delete(erased_address).where(erased_address.c.address_hash.in_(hashes))
            )
            if found is None:
                _insert(connection, [_entry(new, source, now)])
            else:
                forget_strikes(connection, found.id)
                changes = _entry(new, source, now)
                connection.execute(
                    update(subscriber).where(subscriber.c.id == found.id).values(changes)
                )
            query = select(*COLUMNS).where(subscriber.c.address_key == key)
            return as_subscriber(connection.execute(query).one())

    def import_rows(self, rows: Iterable[NewSubscriber], source: str, now: datetime) -> Imported:
        """See AddressBook.import_rows."""
        total = Imported()
        remaining = iter(rows)
        with self._database.writing() as connection:
            while batch := tuple(islice(remaining, _BATCH)):
                done = self._import_batch(connection, batch, source, now)
                total = Imported(
                    total.added + done.added,
                    total.updated + done.updated,
                    total.left_out + done.left_out,
                )
        return total

    def set_state(self, subscriber_id: int, state: SubscriberState, now: datetime) -> None:
        """See AddressBook.set_state."""
        with self._database.writing() as connection:
            connection.execute(
                update(subscriber)
                .where(subscriber.c.id == subscriber_id, subscriber.c.address.is_not(None))
                .values(state=state, changed_at=now)
            )

    def strike(self, subscriber_id: int, now: datetime, *, may_end: bool = True) -> Strike:
        """See AddressBook.strike."""
        with self._database.writing() as connection:
            return add_strike(connection, subscriber_id, now, may_end=may_end)

    def restore(self, since: datetime, now: datetime) -> int:
        """See AddressBook.restore."""
        with self._database.writing() as connection:
            return take_back(connection, since, now)

    def count(self, state: SubscriberState, since: datetime | None = None) -> int:
        """See AddressBook.count."""
        query = select(func.count()).where(
            subscriber.c.state == state, subscriber.c.address.is_not(None)
        )
        if since is not None:
            query = query.where(subscriber.c.changed_at > since)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def erase(self, subscriber_id: int, now: datetime) -> None:
        """See AddressBook.erase. The row stays, without its address, so that accounts add up."""
        with self._database.writing() as connection:
            query = select(subscriber.c.address).where(subscriber.c.id == subscriber_id)
            address = connection.execute(query).scalar()
            if address is None:
                return
            hashed = {"address_hash": self._hash(address_key(address)), "erased_at": now}
            connection.execute(insert(erased_address), hashed)
            connection.execute(
                update(subscriber)
                .where(subscriber.c.id == subscriber_id)
                .values(
                    address=None,
                    address_key=None,
                    state=SubscriberState.UNSUBSCRIBED,
                    consent_source=None,
                    changed_at=now,
                )
            )
        self._database.forget_old_pages()

    def find(self, text: str) -> Subscriber | None:
        """See AddressBook.find."""
        is_it = (subscriber.c.token == text) | subscriber.c.address_key.in_(address_keys(text))
        query = select(*COLUMNS).where(is_it, subscriber.c.address.is_not(None))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        key = address_key(text)
        found = (one for one in rows if one.token == text or address_key(one.address) == key)
        return next(map(as_subscriber, found), None)

    def record(self, subscriber_id: int, now: datetime) -> SubscriberRecord:
        """See AddressBook.record."""
        columns = (subscriber.c.consent_source, subscriber.c.consent_at, subscriber.c.changed_at)
        with self._database.reading() as connection:
            row = connection.execute(select(*columns).where(subscriber.c.id == subscriber_id)).one()
            strikes = counting_strikes(connection, subscriber_id, now)
        consent = Consent(row.consent_source or "", row.consent_at)
        return SubscriberRecord(consent, row.changed_at, strikes)

    def subscribers(
        self, audience: str | None = None, state: SubscriberState | None = None
    ) -> Iterator[Subscriber]:
        """See AddressBook.subscribers. Reads in batches, so that memory stays small."""
        query = select(*COLUMNS).where(subscriber.c.address.is_not(None))
        if audience is not None:
            query = query.where(subscriber.c.audience == audience)
        if state is not None:
            query = query.where(subscriber.c.state == state)
        last_id = 0
        while True:
            page = query.where(subscriber.c.id > last_id).order_by(subscriber.c.id).limit(_BATCH)
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
            if not rows:
                return
            yield from map(as_subscriber, rows)
            last_id = rows[-1].id

    def _import_batch(
        self, connection: Connection, batch: tuple[NewSubscriber, ...], source: str, now: datetime
    ) -> Imported:
        entries = {address_key(new.address): _entry(new, source, now) for new in batch}
        addresses = [new.address for new in batch]
        known = _known_keys(connection, addresses)
        erased = self._erased_keys(connection, addresses)
        fresh = [entry for key, entry in entries.items() if key not in known | erased]
        changed = [
            {**entry, "id": known[key].id}
            for key, entry in entries.items()
            if key in known and known[key].state == SubscriberState.ACTIVE
        ]
        if fresh:
            _insert(connection, fresh)
        for entry in changed:
            entry_id = entry.pop("id")
            preferences = {name: entry[name] for name in _PREFERENCES}
            connection.execute(
                update(subscriber)
                .where(subscriber.c.id == entry_id)
                .values(**preferences, changed_at=now)
            )
        return Imported(len(fresh), len(changed), len(entries) - len(fresh) - len(changed))

    def _erased_keys(self, connection: Connection, addresses: Sequence[str]) -> dict[str, None]:
        hashes = {
            self._hash(key): address_key(address)
            for address in addresses
            for key in address_keys(address)
        }
        query = select(erased_address.c.address_hash).where(
            erased_address.c.address_hash.in_(hashes)
        )
        return {hashes[row.address_hash]: None for row in connection.execute(query)}

    def _hash(self, key: str) -> str:
        return hmac.new(self._secret_key, key.encode(), hashlib.sha256).hexdigest()


_PREFERENCES = ("audience", "components", "min_severity", "language")


def as_subscriber(row: Any) -> Subscriber:
    """Return the row of COLUMNS as a value."""
    return Subscriber(
        id=row.id,
        token=row.token,
        address=row.address or "",
        state=SubscriberState(row.state),
        audience=row.audience,
        components=tuple(row.components.split()),
        min_severity=row.min_severity,
        language=row.language,
    )


def _entry(new: NewSubscriber, source: str, now: datetime) -> dict[str, Any]:
    return {
        "address": new.address,
        "address_key": address_key(new.address),
        "state": SubscriberState.ACTIVE,
        "audience": new.audience,
        "components": f" {' '.join(new.components)} " if new.components else "",
        "min_severity": new.min_severity,
        "language": new.language,
        "consent_source": source,
        "consent_at": now,
        "changed_at": now,
    }


def _insert(connection: Connection, entries: list[dict[str, Any]]) -> None:
    tokens = _fresh_tokens(connection, len(entries))
    rows = [{**entry, "token": token} for entry, token in zip(entries, tokens, strict=True)]
    connection.execute(insert(subscriber), rows)


def _fresh_tokens(connection: Connection, count: int) -> list[str]:
    """Return random tokens that nobody has; drawn anew in the rare case that one is taken."""
    while True:
        tokens = [_draw_token() for _ in range(count)]
        query = select(func.count()).where(subscriber.c.token.in_(tokens))
        if len(set(tokens)) == count and not connection.execute(query).scalar():
            return tokens


def _draw_token() -> str:
    number = secrets.randbelow(len(_ALPHABET) ** _TOKEN_LENGTH)  # a draw a letter takes longer
    letters = []
    for _ in range(_TOKEN_LENGTH):
        number, at = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "sub_" + "".join(letters)


def _known_keys(connection: Connection, addresses: Sequence[str]) -> dict[str, Any]:
    """Return the rows of those who are there, by key; who has an earlier version's gets theirs."""
    keys = {key for address in addresses for key in address_keys(address)}
    columns = (
        *(subscriber.c.id, subscriber.c.state),
        subscriber.c.address,
        subscriber.c.address_key,
    )
    rows = connection.execute(select(*columns).where(subscriber.c.address_key.in_(keys))).all()
    known = {address_key(row.address): row for row in rows}
    for key, row in known.items():
        if key != row.address_key:
            theirs = update(subscriber).where(subscriber.c.id == row.id)
            connection.execute(theirs.values(address_key=key))
    return known
