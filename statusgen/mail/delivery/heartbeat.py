"""A sender among the others of its ledger: it says that it lives, and hears which share is its.

What is set for all senders together is divided by how many they are. Who joins is silent until the
others have heard of it, so that what they still take for theirs and its own never add up to more.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from statusgen.errors import DatabaseError, MailError
from statusgen.mail.delivery.journal import Journal
from statusgen.mail.letter_states import Standing

_HEARD_AFTER: Final = 1.5
"""So many beats after the first the others have had one too, and know of us."""
_BEATS_OF_LEASE: Final = 12


class SenderGone(MailError):
    """A sender was not heard of for too long; another may send what is owed, also from here."""

    def __init__(self) -> None:
        super().__init__(
            "this run was not heard of for so long that its letters were given to another; run "
            "`statusgen mail status`, then `statusgen mail resume`"
        )


class Presence:
    """One sender's; `on_share` hears of its standing, and again with every beat.

    `on_news` hears that what the letters are made from has changed.
    """

    def __init__(
        self,
        journal: Journal,
        beat_s: float,
        on_share: Callable[[Standing], None],
        on_news: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._beat_s = beat_s
        self._on_share = on_share
        self._on_news = on_news
        self._clock = clock
        self._edition: str | None = None

    async def join(self) -> None:
        """Take our share; at once where nobody else sends.

        Raises:
            SenderGone: we have been settled.

        """
        standing = await self._beat()
        if standing.of > 1:
            await asyncio.sleep(self._beat_s * _HEARD_AFTER)
            standing = await self._beat()
        self._edition = standing.edition
        self._on_share(standing)

    async def stay(self, on_gone: Callable[[SenderGone], None]) -> None:
        """Say that we are alive until we hear that we are not; a beat may fail for a while."""
        heard_s = self._clock()
        while True:
            await asyncio.sleep(self._beat_s)
            try:
                await self._beat()
                heard_s = self._clock()
            except DatabaseError:
                if self._clock() - heard_s >= self._beat_s * _BEATS_OF_LEASE:
                    return on_gone(SenderGone())
            except SenderGone as error:
                return on_gone(error)

    async def _beat(self) -> Standing:
        standing = await self._journal.run(self._journal.beat)
        if standing is None:
            raise SenderGone
        if self._edition is not None:
            self._on_share(standing)
            if standing.edition != self._edition:
                self._on_news()
        return standing
