"""The port to where reports of delivery arrive, and to who reads them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from statusgen.mail.bounces.bounce import Incoming
from statusgen.values.value import Value

MOST_BYTES = 256 * 1024
"""What is read of a message: reports say what matters first, and return the letter last."""


class Mail(Value, frozen=True):
    """A message that nobody has settled yet."""

    name: str
    """Whatever the mailbox knows it by."""
    head: bytes
    """At most MOST_BYTES of it."""
    arrived: datetime
    """By the clock of the mailbox: what a message says of its date is anybody's word."""


class Mailbox(Protocol):
    """A mailbox or a queue."""

    @property
    def is_trusted(self) -> bool:
        """Whether only those whom we trust can put anything into it."""
        ...

    def unsettled(self) -> Iterator[Mail]:
        """Yield the messages, one at a time; what is not settled comes again in the next run.

        Raises:
            MailError: it can't be opened, or broke off.

        """
        ...

    def settle(self, mail: Mail, *, is_understood: bool) -> None:
        """Keep the message from coming again, once what follows from it is committed.

        A mailbox marks it as seen, and as flagged what is not understood; it deletes nothing. A
        queue deletes what is understood; what is not may be somebody else's and stays.

        Raises:
            MailError: as `unsettled`.

        """
        ...

    def close(self) -> None:
        """Take leave. Never raises."""
        ...


class Reader(Protocol):
    """Makes sense of a message, within a limit of time."""

    def __call__(self, head: bytes) -> Incoming | None:
        """Return what it is; None: it can't be understood, or not in time.

        Raises:
            MailError: no message can be read at all, for a reason on our side.

        """
        ...
