"""Who has letters about what: the part of the ledger that a plan is checked against."""

from collections.abc import Collection, Mapping

from statusgen.adapters.database import accounts
from statusgen.adapters.database.engine import Database


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
