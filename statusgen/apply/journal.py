"""One writer to the ledger for many connections: who waits together is committed together."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from statusgen.model.delivery import Owed, Result
from statusgen.model.value import Value
from statusgen.ports.ledger import Ledger

_T = TypeVar("_T")


class _Entry(Value, frozen=True):
    result: Result | None
    sending: Owed | None
    granted: "asyncio.Future[bool]"


class Journal:
    """Writes results and marks in group commits; all database work is in one thread."""

    def __init__(self, ledger: Ledger, now: datetime) -> None:
        self._ledger = ledger
        self._now = now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, result: Result | None, sending: Owed | None) -> bool:
        """Write an outcome and mark the next letter, durably; return whether it may go out."""
        entry = _Entry(result, sending, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        return await entry.granted

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do other work with the ledger in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Wait for the thread to end."""
        self._thread.shutdown()

    async def _write_groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                granted = await self.run(lambda group=group: self._write(group))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - handed to every connection that waits
                _refuse(group, error)
                continue
            for entry in group:
                if not entry.granted.done():
                    entry.granted.set_result(_key(entry.sending) in granted)
        self._writer = None

    def _write(self, group: list[_Entry]) -> frozenset[tuple[str, int] | None]:
        results = [entry.result for entry in group if entry.result is not None]
        sending = [entry.sending for entry in group if entry.sending is not None]
        return frozenset(self._ledger.record(results, sending, self._now))


def _key(owed: Owed | None) -> tuple[str, int] | None:
    return None if owed is None else (owed.update_id, owed.subscriber.id)


def _refuse(group: list[_Entry], error: Exception) -> None:
    for entry in group:
        if not entry.granted.done():
            entry.granted.set_exception(error)
