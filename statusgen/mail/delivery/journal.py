"""One writer to the ledger for many connections: who waits together is committed together."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from statusgen.errors import DatabaseError
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.ledger import Ledger
from statusgen.mail.letter_states import ClaimedLetter, Result, Sender, Standing
from statusgen.mail.schedule import pause_s
from statusgen.values.clock import Clock
from statusgen.values.value import Value

_T = TypeVar("_T")

_MOST_TRIES: Final = 3


class _Entry(Value, frozen=True):
    results: Sequence[Result]
    dot: ClaimedLetter | None
    granted: "asyncio.Future[bool]"


class Journal:
    """What a sender writes, in group commits; all database work is in one thread."""

    def __init__(self, ledger: Ledger, sender: Sender, clock: Clock) -> None:
        self._ledger = ledger
        self._sender = sender
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._waiting: list[_Entry] = []
        self._unsaved: list[Result] = []
        """What the relay has said, and the ledger could not be told."""
        self._writer: asyncio.Task[None] | None = None

    async def write(self, results: Sequence[Result], dot: ClaimedLetter | None) -> bool:
        """Write outcomes, and that the next letter's final dot goes out now, durably.

        Returns whether the dot may go out.
        """
        entry = _Entry(results, dot, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        return await entry.granted

    def claim(self, update_id: str, limit: int, rules: DeliveryRules) -> tuple[ClaimedLetter, ...]:
        """Claim letters, in the thread of the caller; see `Ledger.claim`."""
        now, waits, only = self._clock(), rules.waits, rules.only
        return self._ledger.claim(self._sender, update_id, limit, now, waits=waits, only=only)

    def beat(self) -> Standing | None:
        """Give a sign of life, in the thread of the caller; see `Ledger.beat`."""
        return self._ledger.beat(self._sender)

    def is_held(self) -> bool:
        """Whether this sender has to stop, in the thread of the caller; see `Ledger.is_held`."""
        return not self._sender.passes_hold and self._ledger.is_held()

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do other work with the ledger in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Wait for the thread to end, and a while for a ledger that could not be written.

        Nobody else knows what the relay has said: what is not saved here is in doubt later.
        """
        self._thread.shutdown()
        for tries in range(_MOST_TRIES):
            if not self._unsaved:
                return
            time.sleep(pause_s(tries, 0.5))
            with suppress(DatabaseError):
                self._write([])

    async def _write_groups(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # who is about to write goes along
            group, self._waiting = self._waiting, []
            try:
                granted = await self.run(lambda group=group: self._write(group))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - handed to every connection that waits
                _refuse(group, error)
                continue
            for entry in group:
                if not entry.granted.done():
                    entry.granted.set_result(_key(entry.dot) in granted)
        self._writer = None

    def _write(self, group: list[_Entry]) -> frozenset[tuple[str, int] | None]:
        self._unsaved += [result for entry in group for result in entry.results]
        dots = [entry.dot for entry in group if entry.dot is not None]
        granted = self._ledger.record(self._sender, self._unsaved, dots, self._clock())
        self._unsaved = []
        return frozenset(granted)


def _key(owed: ClaimedLetter | None) -> tuple[str, int] | None:
    return None if owed is None else (owed.update_id, owed.subscriber.id)


def _refuse(group: list[_Entry], error: Exception) -> None:
    for entry in group:
        if not entry.granted.done():
            entry.granted.set_exception(error)
