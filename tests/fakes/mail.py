"""Builders for the tests of letters: a database, subscribers, an update that is queued."""

from datetime import UTC, datetime
from pathlib import Path

from statusgen.adapters.database.address_book import SqlAddressBook
from statusgen.adapters.database.engine import Database, open_database
from statusgen.adapters.database.ledger import SqlLedger
from statusgen.model.delivery import Audience, KnownUpdate
from statusgen.model.letter import Letter
from statusgen.model.subscriber import NewSubscriber, Subscriber

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
URL = "sqlite:///.statusgen/state.db"
EVERYBODY = Audience(("subscribers", "stakeholders"))


def make_database(folder: Path) -> Database:
    return open_database(URL, folder)


def make_book(database: Database) -> SqlAddressBook:
    return SqlAddressBook(database, b"a secret key")


def make_update(number: int = 1, incident_id: str = "login", skipped: str = "") -> KnownUpdate:
    at = NOW.replace(minute=number)
    return KnownUpdate(f"{incident_id}/{number:02}", incident_id, at, skipped)


def queue_letters(database: Database, *local_parts: str, number: int = 1) -> SqlLedger:
    """Return a ledger that owes a letter about login/01 to each local part at example.com."""
    rows = [NewSubscriber(f"{part}@example.com") for part in local_parts]
    make_book(database).import_rows(rows, "list.csv", NOW)
    ledger = SqlLedger(database)
    ledger.queue(make_update(number), EVERYBODY, NOW)
    return ledger


def make_letter(update_id: str, subscriber: Subscriber) -> Letter:
    message_id = f"<{update_id.replace('/', '.')}.{subscriber.token}@example.com>"
    content = (
        f"From: status@example.com\r\nTo: {subscriber.address}\r\nSubject: Login is slow\r\n"
        f"Message-ID: {message_id}\r\n\r\nWe are on it.\r\n.a line that begins with a dot\r\n"
    )
    return Letter(
        update_id,
        subscriber.token,
        message_id,
        "status@example.com",
        subscriber.address,
        content.encode(),
    )
