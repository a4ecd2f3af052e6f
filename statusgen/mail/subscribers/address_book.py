"""The port to the address book."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from statusgen.mail.subscribers.subscriber import (
    NewSubscriber,
    Subscriber,
    SubscriberRecord,
    SubscriberState,
)
from statusgen.values.value import Value


class Imported(Value, frozen=True):
    """What an import did, in numbers."""

    added: int = 0
    updated: int = 0
    """Known before; preferences were taken over."""
    left_out: int = 0
    """Unsubscribed, bounced, complained or erased before: an import brings nobody back."""


STRIKES_LAST: Final = timedelta(days=90)
"""After so long a strike is forgotten: trouble that long ago says nothing of today's mailbox."""


class Strike(StrEnum):
    """What became of a report that a mailbox was in trouble."""

    REPEATED = "repeated"
    """There is one of that day already; nothing changed."""
    COUNTED = "counted"
    LAST = "last"
    """It was the third: the subscriber, who was active, counts as bounced now."""


class AddressBook(Protocol):
    """Who is written to. Addresses leave it only inside a Subscriber."""

    def add(self, new: NewSubscriber, source: str, now: datetime) -> Subscriber:
        """Enter one subscriber as active, also one who had left; `source` records the consent.

        Strikes of one who had left are forgotten.

        Raises:
            UsageError: the address is subscribed already.

        """
        ...

    def import_rows(self, rows: Iterable[NewSubscriber], source: str, now: datetime) -> Imported:
        """Enter all rows as active in one transaction; all or nothing."""
        ...

    def set_state(self, subscriber_id: int, state: SubscriberState, now: datetime) -> None:
        """Set the state; letters still queued for one who isn't active are suppressed later."""
        ...

    def strike(self, subscriber_id: int, now: datetime, *, may_end: bool = True) -> Strike:
        """Note that a mailbox was in trouble today; three such days within STRIKES_LAST end it.

        One that may not end the letters leaves that to the next.
        """
        ...

    def restore(self, since: datetime, now: datetime) -> int:
        """Make active again all who count as bounced since then, and forget their strikes.

        Returns how many there were.
        """
        ...

    def count(self, state: SubscriberState, since: datetime | None = None) -> int:
        """Return how many are in `state`; of those whose entry changed after `since`, if given."""
        ...

    def erase(self, subscriber_id: int, now: datetime) -> None:
        """Forget the address for good; a keyed hash stays, so that no import brings it back."""
        ...

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber with this token or address; None when there is none."""
        ...

    def record(self, subscriber_id: int, now: datetime) -> SubscriberRecord:
        """Return what happened to an entry that is there; strikes are those that count at `now`."""
        ...

    def subscribers(
        self, audience: str | None = None, state: SubscriberState | None = None
    ) -> Iterator[Subscriber]:
        """Yield all but the erased, oldest first; None stands for any."""
        ...
