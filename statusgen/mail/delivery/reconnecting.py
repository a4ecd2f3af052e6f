"""How long a run waits for a relay that does not answer: a little, and not once a connection."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from statusgen.errors import MailError
from statusgen.mail.schedule import pause_s
from statusgen.mail.transports.transport import Connection, Limits, Transport, Unreachable

_SILENT = "the relay did not answer while it was waited for; run `statusgen mail resume`"

_T = TypeVar("_T")


class Reconnecting:
    """Opens the first connection with growing waits, within one budget a run, others together."""

    def __init__(
        self,
        transport: Transport,
        budget_s: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport
        self._left_s = budget_s
        self._chance = chance
        self._tries = 0
        self._door = asyncio.Lock()
        self._open = 0
        self._tried_s = float("-inf")
        """When a letter was answered last, or a wait ended."""
        self._is_over = asyncio.Event()

    async def limits(self) -> Limits:
        """Ask the transport what it takes; raises as `connect`."""
        async with self._door:
            return await self._reach(self._transport.limits)

    async def connect(self) -> Connection | None:
        """Open a connection; None when the relay takes no more than are open already.

        Raises:
            Unreachable: the budget is used up.
            MailError: trying again won't help.

        """
        async with self._door:
            if not self._open:
                connection = await self._reach(self._connect)
                self._open += 1
                return connection
        try:
            connection = await self._connect()
        except Unreachable:
            return None if self._open else await self.connect()
        self._open += 1
        return connection

    async def close(self, connection: Connection) -> None:
        """Close a connection that `connect` gave."""
        self._open -= 1
        await connection.close()

    async def was_lost(self, error: MailError) -> None:
        """Wait, after a connection that was lost before one letter was answered.

        Once for all that were lost together; raises `error` when the budget is used up.
        """
        lost_s = _now_s()
        async with self._door:
            if self._tried_s <= lost_s:
                await self._wait(error)

    def end(self) -> None:
        """Wait no longer: whoever waits now, or would later, is told what they wait for."""
        self._is_over.set()

    def was_answered(self) -> None:
        """Begin with short waits again: the relay has dealt with a letter."""
        self._tries = 0
        self._tried_s = _now_s()

    async def _connect(self) -> Connection:
        """Open a connection, as long as it is not over: a relay may be silent for long."""
        if self._is_over.is_set():
            raise Unreachable(_SILENT)
        connecting = asyncio.ensure_future(self._transport.connect())
        ending = asyncio.ensure_future(self._is_over.wait())
        try:
            await asyncio.wait((connecting, ending), return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                raise Unreachable(_SILENT)
            return await connecting
        finally:
            for one in (connecting, ending):
                one.cancel()
            await asyncio.wait((connecting, ending))

    async def _reach(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        """Ask until there is an answer."""
        while True:
            began_s = _now_s()
            try:
                return await ask()
            except Unreachable as error:
                self._left_s -= _now_s() - began_s  # a relay may hang, not only refuse
                await self._wait(error)

    async def _wait(self, error: MailError) -> None:
        if self._left_s <= 0 or self._is_over.is_set():
            raise error
        wait_s = min(pause_s(self._tries, self._chance()), self._left_s)
        self._left_s -= wait_s
        self._tries += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_over.wait(), wait_s)
            raise error
        self._tried_s = _now_s()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
