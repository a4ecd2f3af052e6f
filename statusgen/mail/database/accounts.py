"""The ledger's answers in numbers: how many letters are in which state, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from statusgen.mail.database.schema import delivery, known_update
from statusgen.mail.database.updates import FEW, KNOWN
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import Account, DeliveryState, KnownUpdate, LetterRecord


def account(connection: Connection, number: int) -> Account:
    """See Ledger.account."""
    query = (
        select(delivery.c.state, func.count().label("letters"))
        .where(delivery.c.update_number == number)
        .group_by(delivery.c.state)
    )
    rows = connection.execute(query).all()
    return Account.of({row.state: row.letters for row in rows})


def accounts(connection: Connection, limit: int | None) -> tuple[tuple[KnownUpdate, Account], ...]:
    """See Ledger.accounts."""
    newest = (
        select(known_update.c.number, *KNOWN)
        .order_by(known_update.c.at.desc(), known_update.c.update_id.desc())
        .limit(limit)
    )
    counted = select(delivery.c.update_number, delivery.c.state, func.count())
    if limit is not None:
        numbers = newest.with_only_columns(known_update.c.number)
        counted = counted.where(delivery.c.update_number.in_(numbers))
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = connection.execute(newest).all()
    grouped = counted.group_by(delivery.c.update_number, delivery.c.state)
    for number, state, letters in connection.execute(grouped):
        counts[number][state] = letters
    return tuple((KnownUpdate(*row[1:]), Account.of(counts.get(row[0], {}))) for row in rows)


def people_told(connection: Connection, incident_ids: Collection[str]) -> Mapping[str, int]:
    """See Ledger.people_told."""
    return _told(connection, known_update.c.incident_id, incident_ids)


def readers_of(connection: Connection, update_ids: Collection[str]) -> Mapping[str, int]:
    """See Ledger.readers_of."""
    first = _told(connection, known_update.c.first_id, update_ids)
    return {**first, **_told(connection, known_update.c.update_id, update_ids)}


def _told(
    connection: Connection, column: ColumnElement[str], ids: Collection[str]
) -> Mapping[str, int]:
    query = (
        select(column, func.count(delivery.c.subscriber_id.distinct()))
        .join(delivery, delivery.c.update_number == known_update.c.number)
        .where(delivery.c.state == DeliveryState.ACCEPTED)
        .group_by(column)
    )
    if len(ids) <= FEW:
        query = query.where(column.in_(ids))
    rows = connection.execute(query).all()
    return {row[0]: row[1] for row in rows if row[0] in ids}


def letters_of(
    connection: Connection, subscriber_id: int, limit: int | None, clock_ahead: timedelta
) -> tuple[LetterRecord, ...]:
    """See Ledger.letters_of."""
    letter = delivery.c
    query = (
        select(known_update.c.update_id, letter.state, letter.reply, letter.changed_at)
        .join(delivery, letter.update_number == known_update.c.number)
        .where(letter.subscriber_id == subscriber_id)
        .order_by(known_update.c.at.desc(), known_update.c.update_id.desc())
        .limit(limit)
    )
    return tuple(
        LetterRecord(
            row.update_id, DeliveryState(row.state), row.reply, row.changed_at - clock_ahead
        )
        for row in connection.execute(query)
    )


def unsent(connection: Connection, numbers: Sequence[int]) -> tuple[Unsent, ...]:
    """See Ledger.unsent."""
    letters = func.count()
    query = (
        select(delivery.c.state, delivery.c.reply, letters)
        .where(delivery.c.update_number.in_(numbers), delivery.c.state.in_(Unsent.STATES))
        .group_by(delivery.c.state, delivery.c.reply)
        .order_by(letters.desc(), delivery.c.state, delivery.c.reply)
    )
    rows = connection.execute(query).all()
    return tuple(Unsent(state, reply, number) for state, reply, number in rows)
