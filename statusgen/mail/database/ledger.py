"""The ledger over a database: one transaction a method, and the difference of two clocks.

What each does is told by the modules beside this one, as functions over a connection.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from statusgen.mail.database import (
    accounts,
    choosing,
    concluding,
    delivering,
    recording,
    senders,
    sending,
    strikes,
    updates,
    withdrawing,
)
from statusgen.mail.database.engine import Database
from statusgen.mail.database.lock import locked
from statusgen.mail.database.witnesses import Witnesses
from statusgen.mail.delivery.refusals import Refusals
from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.ledger import IsGone
from statusgen.mail.letter_states import (
    Account,
    Audience,
    ClaimedLetter,
    DeliveryState,
    KnownUpdate,
    LetterRecord,
    Result,
    Sender,
    Standing,
    Trouble,
)
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt


class SqlLedger(Witnesses):
    """The Ledger port over a database.

    Instants are of this machine's clock outside and of the database's inside, so that senders
    whose clocks differ agree on what is due and what is too old.
    """

    def __init__(self, database: Database, lease_s: float = senders.LEASE_S) -> None:
        super().__init__(database)
        self._lease_s = lease_s
        self._numbers: dict[str, int] = {}

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See Ledger.exclusive."""
        path = self._database.path
        lock = locked(path.with_name(path.name + ".lock")) if path else nullcontext()
        with lock:  # a server locks by its own means
            yield

    def skips(self) -> Mapping[str, str]:
        """See Ledger.skips."""
        with self._database.reading() as connection:
            return updates.skips(connection)

    def known_updates(self, ids: Collection[str] | None = None) -> Mapping[str, KnownUpdate]:
        """See Ledger.known_updates."""
        with self._database.reading() as connection:
            return updates.known_updates(connection, ids)

    def record_skipped(self, skipped: Iterable[KnownUpdate], now: datetime) -> None:
        """See Ledger.record_skipped."""
        rows = tuple(skipped)
        self._database.write(lambda it: updates.record_skipped(it, rows, self._there(now)))

    def audience_size(self, incident_id: str, audience: Audience) -> int:
        """See Ledger.audience_size."""
        with self._database.reading() as connection:
            return choosing.count_picked(connection, audience, incident_id)

    def sample(self, incident_id: str, audience: Audience, number: int) -> tuple[Subscriber, ...]:
        """See Ledger.sample."""
        with self._database.reading() as connection:
            return choosing.sample(connection, audience, incident_id, number)

    def queue(
        self,
        known: KnownUpdate,
        audience: Audience,
        now: datetime,
        expires_at: datetime | None = None,
        *,
        supersedes: bool = False,
    ) -> int:
        """See Ledger.queue."""
        end = self._there(expires_at) if expires_at else None

        def work(connection: Connection) -> int:
            number = updates.queue(connection, known, audience, self._there(now), end)
            if number is None:
                return 0
            if supersedes:
                withdrawing.supersede(connection, number, self._there(now))
            return accounts.account(connection, number).audience

        return self._database.write(work)

    def rename(self, old_id: str, new_id: str) -> None:
        """See Ledger.rename."""
        self._numbers.pop(old_id, None)
        self._database.write(lambda it: updates.rename(it, old_id, new_id))

    def token_for(self, update_id: str) -> str:
        """See Ledger.token_for."""
        return self._database.write(lambda it: updates.token_for(it, update_id))

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """See Ledger.setting."""
        return self._database.write(lambda it: updates.setting_of(it, name, make()))

    def backlog(
        self, policy: InDoubt, only: Collection[int] | None = None
    ) -> tuple[tuple[str, int], ...]:
        """See Ledger.backlog."""
        with self._database.reading() as connection:
            return delivering.backlog(connection, policy, only)

    def enlist(self, by: Publisher, is_gone: IsGone) -> Sender:
        """See Ledger.enlist."""
        gone = (lambda _: True) if self._database.path else is_gone  # a file has one user at a time
        return self._database.write(lambda it: senders.enlist(it, by, gone, self._lease_s))

    def beat(self, sender: Sender) -> Standing | None:
        """See Ledger.beat."""
        return self._database.write(lambda it: senders.beat(it, sender, self._lease_s))

    def dismiss(self, sender: Sender, trouble: Trouble | None = None) -> None:
        """See Ledger.dismiss."""
        self._database.write(lambda it: senders.dismiss(it, sender, trouble))

    def last_trouble(self) -> Trouble | None:
        """See Ledger.last_trouble."""
        with self._database.reading() as connection:
            return senders.last_trouble(connection)

    def senders(self) -> tuple[Publisher, ...]:
        """See Ledger.senders."""
        with self._database.reading() as connection:
            return senders.living(connection)

    def prepare(
        self,
        update_ids: Sequence[str],
        policy: InDoubt,
        now: datetime,
        *,
        waits: bool = False,
        only: Collection[int] | None = None,
    ) -> None:
        """See Ledger.prepare."""

        def work(connection: Connection) -> None:
            numbers, there = self._numbers_of(connection, update_ids), self._there(now)
            sending.prepare(connection, numbers, policy, there, waits=waits, only=only)

        self._database.write(work)

    def claim(  # noqa: PLR0913  two of them by name
        self,
        sender: Sender,
        update_id: str,
        limit: int,
        now: datetime,
        *,
        waits: bool = False,
        only: Collection[int] | None = None,
    ) -> tuple[ClaimedLetter, ...]:
        """See Ledger.claim."""

        def work(connection: Connection) -> tuple[ClaimedLetter, ...]:
            number, there = self._number(connection, update_id), self._there(now)
            rows = sending.claim(connection, sender, number, limit, there, waits=waits, only=only)
            return tuple(sending.as_owed(update_id, row) for row in rows)

        return self._database.write(work)

    def record(
        self,
        sender: Sender,
        results: Sequence[Result],
        dots: Sequence[ClaimedLetter],
        now: datetime,
    ) -> frozenset[tuple[str, int]]:
        """See Ledger.record."""
        there = self._there(now)
        return self._database.write(
            lambda it: recording.record(it, sender, results, dots, there, partial(self._number, it))
        )

    def conclude(self, refusals: Refusals, now: datetime) -> None:
        """See Ledger.conclude."""
        self._database.write(lambda it: concluding.conclude(it, refusals, self._there(now)))

    def struck_before(self, now: datetime) -> frozenset[int]:
        """See Ledger.struck_before."""
        with self._database.reading() as connection:
            return strikes.struck_before(connection, self._there(now))

    def next_due(self, update_ids: Sequence[str]) -> datetime | None:
        """See Ledger.next_due."""
        with self._database.reading() as connection:
            due = sending.next_due(connection, self._numbers_of(connection, update_ids))
            return due and due - self._database.clock_ahead

    def is_held(self) -> bool:
        """See Ledger.is_held."""
        with self._database.reading() as connection:
            return senders.is_held(connection)

    def hold_all(self, now: datetime) -> None:
        """See Ledger.hold_all."""
        self._database.write(lambda it: senders.hold_all(it, self._there(now)))

    def release_all(self) -> None:
        """See Ledger.release_all."""
        self._database.write(senders.release_all)

    def new_edition(self) -> None:
        """See Ledger.new_edition."""
        self._database.write(senders.new_edition)

    def account(self, update_id: str) -> Account:
        """See Ledger.account."""
        with self._database.reading() as connection:
            return accounts.account(connection, self._number(connection, update_id))

    def accounts(self, limit: int | None = None) -> tuple[tuple[KnownUpdate, Account], ...]:
        """See Ledger.accounts."""
        with self._database.reading() as connection:
            return accounts.accounts(connection, limit)

    def unsent(self, update_ids: Sequence[str]) -> tuple[Unsent, ...]:
        """See Ledger.unsent."""
        with self._database.reading() as connection:
            return accounts.unsent(connection, self._numbers_of(connection, update_ids))

    def tokens(self, update_id: str, state: DeliveryState) -> tuple[str, ...]:
        """See Ledger.tokens."""
        with self._database.reading() as connection:
            return delivering.tokens(connection, self._number(connection, update_id), state)

    def letters_of(self, subscriber_id: int, limit: int | None = None) -> tuple[LetterRecord, ...]:
        """See Ledger.letters_of."""
        with self._database.reading() as it:
            return accounts.letters_of(it, subscriber_id, limit, self._database.clock_ahead)

    def unreported_copies(self, update_ids: Sequence[str]) -> tuple[str, ...]:
        """See Ledger.unreported_copies."""
        with self._database.reading() as it:
            return delivering.unreported_copies(it, self._numbers_of(it, update_ids))

    def tick_copies(self, update_ids: Sequence[str], tokens: Sequence[str]) -> None:
        """See Ledger.tick_copies."""
        if tokens:
            self._database.write(
                lambda it: delivering.tick_copies(it, self._numbers_of(it, update_ids), tokens)
            )

    def retry(self, update_id: str, states: Sequence[DeliveryState], now: datetime) -> int:
        """See Ledger.retry."""
        return self._database.write(
            lambda it: sending.retry(it, self._number(it, update_id), states, self._there(now))
        )

    def hold(self, update_id: str, now: datetime) -> int:
        """See Ledger.hold."""
        return self._database.write(lambda it: withdrawing.hold(it, update_id, self._there(now)))

    def _there(self, now: datetime) -> datetime:
        """An instant of this machine's clock, by the database's."""
        return now + self._database.clock_ahead

    def _numbers_of(self, connection: Connection, update_ids: Sequence[str]) -> list[int]:
        return [self._number(connection, update_id) for update_id in update_ids]

    def _number(self, connection: Connection, update_id: str) -> int:
        """Return the number of an update; -1, which no row has, when it isn't known."""
        if update_id not in self._numbers:
            number = updates.number_of(connection, update_id)
            if number is None:
                return -1
            self._numbers[update_id] = number
        return self._numbers[update_id]
