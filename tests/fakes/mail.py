"""Builders for the tests of letters: a database, subscribers, an update that is queued."""

from datetime import UTC, datetime
from pathlib import Path

from statusgen.mail.database.address_book import SqlAddressBook
from statusgen.mail.database.engine import Database, open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import (
    Account,
    Audience,
    ClaimedLetter,
    DeliveryState,
    KnownUpdate,
    Outcome,
    Result,
    Sender,
)
from statusgen.mail.letters.letter import Letter
from statusgen.mail.subscribers.subscriber import NewSubscriber, Subscriber, SubscriberState
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt

NOW = datetime(2026, 11, 21, 2, 4, tzinfo=UTC)
URL = "sqlite:///.statusgen/state.db"
EVERYBODY = Audience(("subscribers", "stakeholders"))
US = Publisher("sam", "here", "boot 1 1.00")
ACCEPTED = Outcome(DeliveryState.ACCEPTED)
DOUBT = Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)


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


def enlist(ledger: SqlLedger, by: Publisher = US, *, others_are_gone: bool = True) -> Sender:
    return ledger.enlist(by, lambda _: others_are_gone)


def claim(
    ledger: SqlLedger, sender: Sender, update: KnownUpdate, limit: int = 100, now: datetime = NOW
) -> tuple[ClaimedLetter, ...]:
    return ledger.claim(sender, update.update_id, limit, now)


def claimable(ledger: SqlLedger, update: KnownUpdate) -> int:
    """Return how many letters a new run would take in hand, and give them back."""
    sender = enlist(ledger)
    ledger.prepare([update.update_id], InDoubt.RESEND, NOW)
    number = len(claim(ledger, sender, update))
    ledger.dismiss(sender)
    return number


def finish(
    ledger: SqlLedger, update: KnownUpdate, outcome: Outcome, count: int = 100, now: datetime = NOW
) -> tuple[ClaimedLetter, ...]:
    """Have a run send so many letters, each with this outcome."""
    sender = enlist(ledger)
    ledger.prepare([update.update_id], InDoubt.RESEND, now)
    letters = claim(ledger, sender, update, count, now)
    ledger.record(sender, [], letters, now)
    ledger.record(sender, [Result(letter, outcome) for letter in letters], [], now)
    ledger.dismiss(sender)
    return letters


def cut_off(ledger: SqlLedger, update: KnownUpdate, count: int) -> tuple[ClaimedLetter, ...]:
    """Have a run be killed with so many letters at their final dots."""
    sender = enlist(ledger)
    letters = claim(ledger, sender, update, count)
    ledger.record(sender, [], letters, NOW)
    return letters


def account(ledger: SqlLedger, update: KnownUpdate) -> Account:
    return ledger.account(update.update_id)


def make_reader(number: int) -> Subscriber:
    return Subscriber(number, f"sub_{number}", f"r{number}@example.com", SubscriberState.ACTIVE)


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
