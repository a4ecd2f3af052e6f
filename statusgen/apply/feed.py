"""The letters of a run, one by one, read from the ledger in batches: never all in memory."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from statusgen.apply.journal import Journal
from statusgen.model.delivery import InDoubt, Owed
from statusgen.ports.ledger import Ledger

_BATCH = 500


class Feed:
    """Owed letters, update by update in the order given."""

    def __init__(
        self, ledger: Ledger, journal: Journal, update_ids: Sequence[str], policy: InDoubt
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._update_ids = deque(update_ids)
        self._policy = policy
        self._ready: deque[Owed] = deque()
        self._last: Owed | None = None
        self._turn = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to hand out."""
        return not self._ready and not self._update_ids

    async def next(self) -> Owed | None:
        """Return the next letter; None at the end."""
        if self._ready:
            return self._ready.popleft()
        async with self._turn:
            while not self._ready and self._update_ids:
                await self._read()
            return self._ready.popleft() if self._ready else None

    def give_back(self, owed: Owed) -> None:
        """Take back a letter that was not sent."""
        self._ready.appendleft(owed)

    async def _read(self) -> None:
        update_id = self._update_ids[0]
        read = partial(self._ledger.owed, update_id, self._policy, _BATCH, self._last)
        batch = await self._journal.run(read)
        if batch:
            self._ready.extend(batch)
            self._last = batch[-1]
        else:
            self._update_ids.popleft()
            self._last = None
