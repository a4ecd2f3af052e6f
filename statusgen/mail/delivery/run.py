"""One run of letters: its connections share a feed, a journal, the patience and the pace."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from statusgen.errors import MailError
from statusgen.mail.delivery.breaker import DOUBTS
from statusgen.mail.delivery.connection_worker import Parcel, Route
from statusgen.mail.delivery.heartbeat import Presence
from statusgen.mail.delivery.journal import Journal
from statusgen.mail.delivery.letter_queue import Feed
from statusgen.mail.delivery.pace import Pace
from statusgen.mail.delivery.reconnecting import Reconnecting
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.delivery.tally import QUOTA_SPENT, Tally
from statusgen.mail.letter_states import ALL_HELD, ClaimedLetter, DeliveryState, Outcome
from statusgen.mail.letters.letter import Letter
from statusgen.mail.subscribers.subscriber import Subscriber
from statusgen.mail.transports.transport import Limits, Transport, Unreachable

_MAX_UNWRITTEN = 20
_GRACE_S = 15.0
_IDLE_S = 0.2
_ASK_AGAIN_S = 30.0
"""A relay that takes no more connections may take one later."""
_DROPS = (
    "the relay keeps closing the connection before it takes a letter; ask who runs it, then run "
    "`statusgen mail resume`"
)
_UNANSWERED = f"the relay keeps closing the connection without an answer to a letter, {DOUBTS}"

LetterMaker = Callable[[str, Subscriber], Letter]
"""Makes the letter about an update (by id) for a subscriber."""


class DeliveryRun:
    """Sends what one sender can claim; used once."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a run needs, each once
        self,
        journal: Journal,
        transport: Transport,
        letters: LetterMaker,
        update_ids: Sequence[str],
        rules: DeliveryRules,
        on_done: Callable[[Outcome], None],
        clock: Callable[[], float] = time.monotonic,
        struck_before: Collection[int] = (),
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._letters = letters
        self._rules = rules
        self._feed = Feed(journal, update_ids, rules)
        self._patience = Reconnecting(transport, rules.patience_s)
        self._pace = Pace(rules.max_per_second, rules.max_connections, clock)
        self.tally = Tally(rules, on_done, clock, struck_before)
        self._presence = Presence(journal, rules.beat_s, self._pace.take_share, self._pause, clock)
        self._at_work: set[Route] = set()
        self._is_stopping = False
        self._is_paused = False
        self.trouble: MailError | None = None

    async def send_all(self) -> None:
        """Send until nothing is left to claim, or trouble stops the run."""
        heart = asyncio.create_task(self._presence.stay(self._stop))
        try:
            self._heed_limits(await self._patience.limits())
            await self._presence.join()
            self.tally.begin()
            while not (self._feed.is_empty or self._is_stopping):
                await self._work_together()
        except MailError as error:
            self._stop(error)
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart

    def _heed_limits(self, limits: Limits) -> None:
        self._pace.heed(limits.per_second)
        if limits.left_today == 0:
            raise MailError(QUOTA_SPENT.format("nothing left of its quota"))

    async def _work_together(self) -> None:
        many = range(self._rules.max_connections)
        workers = [asyncio.create_task(self._work()) for _ in many]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            if any(worker.exception() for worker in done):
                self._end()
        except asyncio.CancelledError:
            self._end()
            raise
        finally:
            await _let_finish(workers)
        for worker in workers:
            worker.result()

    async def _work(self) -> None:
        """Be one connection: carry letters until there are none."""
        route = Route(self._patience)
        parcel: Parcel | None = None
        try:
            while not self._is_stopping:
                rest_s = _IDLE_S
                if self._has_room(route):
                    parcel = parcel or await self._next()
                    if parcel is None:
                        break
                    if await self._may_begin(route):
                        parcel = await self._carry(route, parcel)
                        continue
                    rest_s = _ASK_AGAIN_S
                if await self._step_aside(route, parcel, rest_s):
                    break
                parcel = None
        except MailError as error:
            self._stop(error)
        finally:
            self._at_work.discard(route)
            try:
                await self._settle(route)
            finally:
                await self._leave(route)

    async def _leave(self, route: Route) -> None:
        """Close the connection; what was announced on it has not begun."""
        self.tally.under_way -= route.has_announced
        await route.close()

    def _has_room(self, route: Route) -> bool:
        """Whether one connection more is of use, beside those that others have."""
        self._at_work.discard(route)
        has_room = len(self._at_work) < self._pace.connections
        if has_room:
            self._at_work.add(route)
        return has_room

    async def _step_aside(self, route: Route, parcel: Parcel | None, rest_s: float) -> bool:
        """Leave the letter to others and rest a little; return whether nothing is left to do."""
        if parcel is not None:
            self._feed.give_back(parcel.owed)
        self._at_work.discard(route)
        await self._settle(route)
        await self._leave(route)
        until_s = self._clock() + rest_s
        while not (self._feed.is_empty or self._is_stopping) and self._clock() < until_s:
            await asyncio.sleep(_IDLE_S)
            if not self._at_work:  # whoever had the connections is gone
                break
        return self._feed.is_empty

    async def _may_begin(self, route: Route) -> bool:
        """Open a connection, and wait for those ahead; False: none is to be had, or it is over.

        A letter counts as begun once its connection is open: who gets none must not keep the
        others waiting.
        """
        while await route.is_open() and not self._is_stopping:
            if route.takes_announced():
                return True
            if self.tally.lets_begin():
                return True
            await asyncio.sleep(_IDLE_S)
        return False

    async def _next(self) -> Parcel | None:
        owed = await self._feed.next()
        if owed is None:
            return None
        return Parcel(owed, self._letters(owed.update_id, owed.subscriber))

    async def _carry(self, route: Route, parcel: Parcel) -> Parcel | None:
        """Send one letter as far as it goes, and return the next."""
        refusal = await route.offer(parcel.letter)
        if refusal is not None:
            await self._note(route, parcel.owed, refusal)
            return await self._next()
        then = None
        if self._pace.is_limited:
            await self._settle(route)
            await self._pace.slot()
        else:
            then = await self._next()
        if self._is_stopping:
            return None
        if not await self._journal.write(route.take_unwritten(), parcel.owed):
            self.tally.under_way -= 1
            await self._leave(route)
            if await self._journal.run(self._journal.is_held):
                raise MailError(ALL_HELD)
            return then or await self._next()
        await self._pace.dot()
        try:
            announced = then.letter if then and self.tally.lets_begin() else None
            outcome = await route.finish(announced)
        except MailError:
            route.note(parcel.owed, Outcome(DeliveryState.QUEUED))
            raise
        await self._note(route, parcel.owed, outcome)
        return then or await self._next()

    async def _note(self, route: Route, owed: ClaimedLetter, outcome: Outcome) -> None:
        outcome = self.tally.judged(owed, outcome)
        route.note(owed, outcome)
        self._pace.note(outcome)
        if outcome.state is DeliveryState.QUEUED:
            await self._settle(route)
            self._feed.look_again()
        elif len(route.unwritten) >= _MAX_UNWRITTEN:
            await self._settle(route)
        if outcome.state not in {DeliveryState.QUEUED, DeliveryState.IN_DOUBT}:
            self._patience.was_answered()
        self.tally.note(owed, outcome)
        if not outcome.is_connection_usable:
            await self._settle(route)
            await self._go_on_after_loss(route, outcome)

    async def _go_on_after_loss(self, route: Route, outcome: Outcome) -> None:
        was_answered = route.has_carried
        await self._leave(route)
        if was_answered:
            return
        is_in_doubt = outcome.state is DeliveryState.IN_DOUBT
        error = MailError(_UNANSWERED) if is_in_doubt else Unreachable(_DROPS)
        await self._patience.was_lost(error)

    async def _settle(self, route: Route) -> None:
        results = route.take_unwritten()
        if results:
            await self._journal.write(results, None)

    def _stop(self, error: MailError) -> None:
        if not self._is_paused:  # else it is the next run's, if it is still there then
            self.trouble = self.trouble or error
        self._end()

    def _pause(self) -> None:
        """Leave the rest to a run that begins with what is new."""
        if self._rules.heeds_news:
            self._is_paused = True
            self._end()

    def _end(self) -> None:
        self._is_stopping = True
        self._patience.end()


async def _let_finish(workers: Sequence["asyncio.Task[None]"]) -> None:
    """Give letters in flight time to end; what is cut off all the same is in doubt later."""
    _, late = await asyncio.wait(workers, timeout=_GRACE_S)
    for worker in late:
        worker.cancel()
    if late:
        await asyncio.wait(late)
    for worker in workers:
        _ = worker.cancelled() or worker.exception()  # else asyncio complains of unseen ones
