"""The port through which letters leave."""

from typing import Protocol

from statusgen.errors import MailError
from statusgen.model.delivery import Outcome
from statusgen.model.letter import Letter
from statusgen.ports.surroundings import RelayFacts, Room


class Unreachable(MailError):
    """The transport could not be reached just now; trying again may help."""


class Connection(Protocol):
    """An open way out. It carries one letter at a time."""

    async def send(self, letter: Letter) -> Outcome:
        """Hand over one letter and return what became of it.

        Raises:
            MailError: the fault is ours or the relay's, not the letter's, and trying again
                won't help (authentication required, sender refused). The letter was not taken.

        """
        ...

    async def close(self) -> None:
        """Take leave. Never raises."""
        ...


class Transport(Protocol):
    """A folder or a relay."""

    async def connect(self) -> Connection:
        """Open one connection.

        Raises:
            Unreachable: trying again may help.
            MailError: trying again won't help.

        """
        ...

    async def try_out(self) -> RelayFacts | Room:
        """Go as far as a letter would, without one; the room is that of a folder.

        Raises: as `connect`.
        """
        ...
