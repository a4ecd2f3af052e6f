"""How long a run waits for a relay that does not answer: a little, and not once a connection."""

import asyncio
import time

from statusgen.ports.transport import Connection, Transport, Unreachable

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 8.0


class Patience:
    """Opens connections one after the other, with growing waits, within one budget a run."""

    def __init__(self, transport: Transport, budget_s: float) -> None:
        self._transport = transport
        self._left_s = budget_s
        self._wait_s = _FIRST_WAIT_S
        self._door = asyncio.Lock()
        self._open = 0

    async def connect(self) -> Connection | None:
        """Open a connection; None when the relay takes no more than are open already.

        Raises:
            Unreachable: the budget is used up.
            MailError: trying again won't help.

        """
        async with self._door:
            while True:
                began_s = time.monotonic()
                try:
                    connection = await self._transport.connect()
                except Unreachable as error:
                    if self._open:
                        return None
                    self._left_s -= time.monotonic() - began_s  # a relay may hang, not only refuse
                    await self._wait(error)
                else:
                    self._open += 1
                    return connection

    async def close(self, connection: Connection) -> None:
        """Close a connection that `connect` gave."""
        self._open -= 1
        await connection.close()

    async def was_dropped_unused(self) -> None:
        """Wait, after a connection that was lost before it had carried one letter.

        Raises:
            Unreachable: the budget is used up.

        """
        async with self._door:
            await self._wait(
                Unreachable(
                    "the relay keeps closing the connection before it takes a letter; "
                    "ask who runs it, then run `statusgen mail resume`"
                )
            )

    def was_answered(self) -> None:
        """Begin with short waits again: the relay has dealt with a letter."""
        self._wait_s = _FIRST_WAIT_S

    async def _wait(self, error: Unreachable) -> None:
        if self._left_s <= 0:
            raise error
        wait_s = min(self._wait_s, self._left_s)
        self._left_s -= wait_s
        self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)
        await asyncio.sleep(wait_s)
