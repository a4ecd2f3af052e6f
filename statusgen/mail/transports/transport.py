"""The port through which letters leave."""

from typing import Protocol

from statusgen.errors import MailError
from statusgen.mail.letter_states import Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.senders import AccountFacts, RelayFacts
from statusgen.targets.storage import Room
from statusgen.values.value import Value


class Unreachable(MailError):
    """The transport could not be reached just now; trying again may help."""


class Limits(Value, frozen=True):
    """What a transport says of itself that it takes, from all who send through it."""

    per_second: float = 0
    """Letters; 0: it doesn't say."""
    left_today: int | None = None
    """Letters; None: it doesn't say."""


class Connection(Protocol):
    """An open way out. It carries one letter at a time, in two steps.

    Until the second step begins a letter can't arrive, so whoever loses the connection before
    may send it again; afterwards only an answer tells.
    """

    async def offer(self, letter: Letter) -> Outcome | None:
        """Hand over all of a letter but its end; None: nothing speaks against the end.

        Any other outcome settles the letter without the second step.

        Raises:
            MailError: the fault is ours or the relay's, not the letter's, and trying again
                won't help (authentication required, sender refused). The letter was not taken.

        """
        ...

    async def finish(self, then: Letter | None = None) -> Outcome:
        """End the letter that was offered, and return what became of it.

        `then` is the letter that will be offered next: a relay that takes commands in groups
        hears of it in the same breath. It is still to be offered by `offer`, or the connection
        to be closed.

        Raises:
            MailError: the letter was not taken, and trying again won't help.

        """
        ...

    async def close(self) -> None:
        """Take leave; a letter that was offered and not finished does not arrive. Never raises."""
        ...


class Transport(Protocol):
    """A folder, a relay or a service."""

    async def connect(self) -> Connection:
        """Open one connection.

        Raises:
            Unreachable: trying again may help.
            MailError: trying again won't help.

        """
        ...

    async def limits(self) -> Limits:
        """Return how much it takes, to be heeded before it has to say so.

        Raises: as `connect`.
        """
        ...

    async def try_out(self) -> RelayFacts | Room | AccountFacts:
        """Go as far as a letter would, without one; the room is that of a folder.

        Raises: as `connect`.
        """
        ...
