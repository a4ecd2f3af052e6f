"""The ledger's answers in numbers: how many letters are in which state, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from statusgen.adapters.database.engine import Database
from statusgen.adapters.database.schema import delivery, known_update
from statusgen.model.delivery import Account, DeliveryState, KnownUpdate
from statusgen.model.unsent import Unsent

KNOWN = (
    known_update.c.update_id,
    known_update.c.incident_id,
    known_update.c.at,
    known_update.c.skipped,
)
"""The columns of a KnownUpdate."""

FEW = 500
"""So many ids are looked up by their index; for more, the table is read whole."""


class SqlAccounts:
    """The part of the Ledger port that counts; SqlDeliveries adds to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def account(self, update_id: str) -> Account:
        """See Ledger.account."""
        query = (
            select(delivery.c.state, func.count().label("letters"))
            .join(known_update, known_update.c.number == delivery.c.update_number)
            .where(known_update.c.update_id == update_id)
            .group_by(delivery.c.state)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return Account.of({row.state: row.letters for row in rows})

    def accounts(self, limit: int | None = None) -> tuple[tuple[KnownUpdate, Account], ...]:
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
        with self._database.reading() as connection:
            rows = connection.execute(newest).all()
            grouped = counted.group_by(delivery.c.update_number, delivery.c.state)
            for number, state, letters in connection.execute(grouped):
                counts[number][state] = letters
        return tuple((KnownUpdate(*row[1:]), Account.of(counts.get(row[0], {}))) for row in rows)

    def people_told(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """See Ledger.people_told."""
        query = (
            select(known_update.c.incident_id, func.count(delivery.c.subscriber_id.distinct()))
            .join(delivery, delivery.c.update_number == known_update.c.number)
            .where(delivery.c.state == DeliveryState.ACCEPTED)
            .group_by(known_update.c.incident_id)
        )
        if len(incident_ids) <= FEW:
            query = query.where(known_update.c.incident_id.in_(incident_ids))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {row[0]: row[1] for row in rows if row[0] in incident_ids}

    def unsent(self, update_ids: Sequence[str]) -> tuple[Unsent, ...]:
        """See Ledger.unsent."""
        letters = func.count()
        query = (
            select(delivery.c.state, delivery.c.reply, letters)
            .join(known_update, known_update.c.number == delivery.c.update_number)
            .where(known_update.c.update_id.in_(update_ids), delivery.c.state.in_(Unsent.STATES))
            .group_by(delivery.c.state, delivery.c.reply)
            .order_by(letters.desc(), delivery.c.state, delivery.c.reply)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Unsent(state, reply, number) for state, reply, number in rows)
