"""The port to the address book."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from statusgen.model.subscriber import NewSubscriber, Subscriber, SubscriberState
from statusgen.model.value import Value


class Imported(Value, frozen=True):
    """What an import did, in numbers."""

    added: int = 0
    updated: int = 0
    """Known before; preferences were taken over."""
    left_out: int = 0
    """Unsubscribed, bounced, complained or erased before: an import brings nobody back."""


class AddressBook(Protocol):
    """Who is written to. Addresses leave it only inside a Subscriber."""

    def add(self, new: NewSubscriber, source: str, now: datetime) -> Subscriber:
        """Enter one subscriber as active, also one who had left; `source` records the consent.

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

    def strike(self, subscriber_id: int, now: datetime) -> bool:
        """Note that a mailbox was in trouble today; a second time on one day changes nothing.

        After three days of trouble an active subscriber counts as bounced: then it returns True.
        """
        ...

    def erase(self, subscriber_id: int, now: datetime) -> None:
        """Forget the address for good; a keyed hash stays, so that no import brings it back."""
        ...

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber with this token or address; None when there is none."""
        ...

    def subscribers(
        self, audience: str | None = None, state: SubscriberState | None = None
    ) -> Iterator[Subscriber]:
        """Yield all but the erased, oldest first; None stands for any."""
        ...
