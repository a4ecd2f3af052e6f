"""Who has letters about what: the part of the ledger that a plan is checked against."""

from collections.abc import Collection, Iterable, Mapping

from statusgen.mail.database import accounts, updates
from statusgen.mail.database.engine import Database
from statusgen.mail.letter_states import KnownUpdate


class Witnesses:
    """What of the Ledger port is about those who have heard of something."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def people_told(self, incident_ids: Collection[str]) -> Mapping[str, int]:
        """See Ledger.people_told."""
        with self._database.reading() as connection:
            return accounts.people_told(connection, incident_ids)

    def readers_of(self, update_ids: Collection[str]) -> Mapping[str, int]:
        """See Ledger.readers_of."""
        with self._database.reading() as connection:
            return accounts.readers_of(connection, update_ids)

    def mailed_updates(self) -> Mapping[str, KnownUpdate]:
        """See Ledger.mailed_updates."""
        with self._database.reading() as connection:
            return updates.mailed_updates(connection)

    def remember(self, reworded: Iterable[KnownUpdate]) -> None:
        """See Ledger.remember."""
        if rows := tuple(reworded):
            self._database.write(lambda it: updates.remember(it, rows))
