"""The letters of a run, one by one, claimed in the ledger in batches: never all in memory."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from statusgen.mail.delivery.journal import Journal
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import ClaimedLetter

_BATCH = 200


class Feed:
    """Letters that this sender has claimed, update by update in the order given."""

    def __init__(
        self, journal: Journal, update_ids: Sequence[str], rules: DeliveryRules | None = None
    ) -> None:
        self._journal = journal
        self._update_ids = update_ids
        self._rules = rules or DeliveryRules()
        self._left = deque(update_ids)
        self._ready: deque[ClaimedLetter] = deque()
        self._turn = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was left to claim when it was last looked at."""
        return not self._ready and not self._left

    async def next(self) -> ClaimedLetter | None:
        """Return the next letter; None at the end."""
        if self._ready:
            return self._ready.popleft()
        async with self._turn:
            while not self._ready and self._left:
                await self._claim()
            return self._ready.popleft() if self._ready else None

    def give_back(self, owed: ClaimedLetter) -> None:
        """Take back a letter that is still claimed."""
        self._ready.appendleft(owed)

    def look_again(self) -> None:
        """Begin anew with the first update: a letter was queued again."""
        self._left = deque(self._update_ids)

    async def _claim(self) -> None:
        claim = partial(self._journal.claim, self._left[0], _BATCH, self._rules)
        batch = await self._journal.run(claim)
        if batch:
            self._ready.extend(batch)
        else:
            self._left.popleft()
