"""A worker's way out: its connection, and what has come of letters but is not in the ledger yet."""

from statusgen.mail.delivery.reconnecting import Reconnecting
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Outcome, Result
from statusgen.mail.letters.letter import Letter
from statusgen.mail.transports.transport import Connection
from statusgen.values.value import Value

_UNANSWERED = (DeliveryState.QUEUED, DeliveryState.IN_DOUBT)


class Parcel(Value, frozen=True):
    """A claimed letter, made."""

    owed: ClaimedLetter
    letter: Letter


class Route:
    """One connection at a time, opened when it is needed."""

    def __init__(self, patience: Reconnecting) -> None:
        self._patience = patience
        self._connection: Connection | None = None
        self.unwritten: list[Result] = []
        self.has_carried = False
        """Whether a letter was answered since the connection was opened."""
        self.has_announced = False
        """Whether the relay has heard of the letter that comes next."""

    async def is_open(self) -> bool:
        """Open a connection if there is none; False when the relay takes no more."""
        if self._connection is None:
            self._connection = await self._patience.connect()
            self.has_carried = False
        return self._connection is not None

    async def offer(self, letter: Letter) -> Outcome | None:
        """See Connection.offer."""
        assert self._connection is not None  # noqa: S101 - is_open was asked
        return await self._connection.offer(letter)

    async def finish(self, then: Letter | None) -> Outcome:
        """See Connection.finish."""
        assert self._connection is not None  # noqa: S101 - is_open was asked
        self.has_announced = then is not None
        return await self._connection.finish(then)

    def takes_announced(self) -> bool:
        """Whether the next letter was announced; it is about to be offered now."""
        was_announced, self.has_announced = self.has_announced, False
        return was_announced

    def note(self, owed: ClaimedLetter, outcome: Outcome) -> None:
        """Keep an outcome until the ledger is written next."""
        self.unwritten.append(Result(owed, outcome))
        self.has_carried = self.has_carried or outcome.state not in _UNANSWERED

    def take_unwritten(self) -> list[Result]:
        """Return what is to be written now."""
        results, self.unwritten = self.unwritten, []
        return results

    async def close(self) -> None:
        """Close the connection; a letter that was offered does not arrive."""
        self.has_announced = False
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await self._patience.close(connection)
