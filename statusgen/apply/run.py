"""One run of letters: its connections share a feed, a journal, the patience and the pace."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from statusgen.apply.breaker import Breaker
from statusgen.apply.feed import Feed
from statusgen.apply.journal import Clock, Journal
from statusgen.apply.pace import Pace
from statusgen.apply.patience import Patience
from statusgen.apply.route import Parcel, Route
from statusgen.apply.rules import DeliveryRules
from statusgen.errors import MailError
from statusgen.model.delivery import DeliveryState, Outcome, Owed, Sender
from statusgen.model.letter import Letter
from statusgen.model.replies import Meaning
from statusgen.model.subscriber import Subscriber
from statusgen.model.value import replace
from statusgen.ports.ledger import Ledger
from statusgen.ports.transport import Transport, Unreachable

_MAX_TRIES = 3
_MAX_UNWRITTEN = 20
_GRACE_S = 15.0
_IDLE_S = 0.2
_NOT_ITS_FAULT = (Meaning.RELAY_BUSY, Meaning.TOO_FAST, Meaning.QUOTA_SPENT)

_QUOTA_SPENT = (
    "the relay takes no more letters today ({}); run `statusgen mail resume` tomorrow, or ask who "
    "runs it for a larger quota"
)

LetterMaker = Callable[[str, Subscriber], Letter]
"""Makes the letter about an update (by id) for a subscriber."""


class Run:
    """Sends what one sender can claim; used once."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a run needs, each once
        self,
        ledger: Ledger,
        sender: Sender,
        transport: Transport,
        letters: LetterMaker,
        clock: Clock,
        rules: DeliveryRules,
        on_done: Callable[[Outcome], None],
    ) -> None:
        self._ledger = ledger
        self._sender = sender
        self._transport = transport
        self._letters = letters
        self._clock = clock
        self._rules = rules
        self._on_done = on_done
        self._breaker = Breaker(rules.canary)
        self._begun = 0
        self._is_stopping = False
        self._lost: Counter[tuple[str, int]] = Counter()
        self.counts: Counter[DeliveryState] = Counter()
        self.trouble: MailError | None = None

    async def send_all(self, update_ids: Sequence[str]) -> None:
        """Send until nothing is left to claim, or trouble stops the run."""
        self._journal = Journal(self._ledger, self._sender, self._clock)
        self._feed = Feed(self._journal, update_ids, self._rules)
        self._patience = Patience(self._transport, self._rules.patience_s)
        self._pace = Pace(await self._rate(), self._rules.max_connections)
        self._last_taken_s = time.monotonic()
        heart = asyncio.create_task(self._beat())
        try:
            while not (self._feed.is_empty or self._is_stopping):
                await self._work_together()
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            self._journal.close()

    async def _rate(self) -> float:
        """Letters a second: the settings' or the transport's, whatever is less; 0: no limit."""
        limits = await self._transport.limits()
        if limits.left_today == 0:
            self._stop(MailError(_QUOTA_SPENT.format("nothing left of its quota")))
        rates = [rate for rate in (self._rules.max_per_second, limits.per_second) if rate]
        return min(rates, default=0)

    async def _work_together(self) -> None:
        many = range(self._rules.max_connections)
        workers = [asyncio.create_task(self._work(number)) for number in many]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            self._is_stopping |= any(worker.exception() for worker in done)
        except asyncio.CancelledError:
            self._is_stopping = True
            raise
        finally:
            await _let_finish(workers)
        for worker in workers:
            worker.result()

    async def _beat(self) -> None:
        """Say that we are alive, until we are told that we are not."""
        while not self._is_stopping:
            await asyncio.sleep(self._rules.beat_s)
            if not await self._journal.run(self._journal.beat):
                self._stop(
                    MailError(
                        "this run was not heard of for so long that its letters were given to "
                        "another; run `statusgen mail status`, then `statusgen mail resume`"
                    )
                )

    async def _work(self, number: int) -> None:
        """Be one connection: carry letters until there are none."""
        route = Route(self._patience)
        try:
            parcel = await self._next()
            while parcel is not None and not self._is_stopping:
                if not await self._may_work(number, route) or not await route.is_open():
                    self._feed.give_back(parcel.owed)
                    break
                parcel = await self._carry(route, parcel)
        except MailError as error:
            self._stop(error)
        finally:
            await self._settle(route)
            await route.close()

    async def _may_work(self, number: int, route: Route) -> bool:
        """Wait while the relay wants fewer connections, and for the canary; False: it is over."""
        while number >= self._pace.connections:
            await self._settle(route)
            await route.close()
            if self._feed.is_empty or self._is_stopping:
                return number == 0
            await asyncio.sleep(_IDLE_S)
        while self._is_canary_under_way and not self._is_stopping:  # noqa: ASYNC110  seldom
            await asyncio.sleep(_IDLE_S)
        self._begun += 1
        return not self._is_stopping

    @property
    def _is_canary_under_way(self) -> bool:
        return self._breaker.canary_left > 0 and self._begun >= self._rules.canary

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
            self._begun -= 1
            await route.close()
            await self._stop_if_held()
            return then or await self._next()
        try:
            outcome = await route.finish(then.letter if then else None)
        except MailError:
            route.note(parcel.owed, Outcome(DeliveryState.QUEUED))
            raise
        await self._note(route, parcel.owed, outcome)
        return then or await self._next()

    async def _note(self, route: Route, owed: Owed, outcome: Outcome) -> None:
        outcome = self._judged(owed, outcome)
        route.note(owed, outcome)
        self._pace.note(outcome)
        if outcome.state is DeliveryState.QUEUED:
            self._begun -= 1
            await self._settle(route)
            self._feed.look_again()
        elif len(route.unwritten) >= _MAX_UNWRITTEN:
            await self._settle(route)
        self._count(outcome)
        if not outcome.is_connection_usable:
            await self._settle(route)
            await self._go_on_after_loss(route, outcome)

    def _judged(self, owed: Owed, outcome: Outcome) -> Outcome:
        """Defer a letter that takes the connection down with it every time."""
        if outcome.state is not DeliveryState.QUEUED or outcome.meaning in _NOT_ITS_FAULT:
            return outcome
        key = (owed.update_id, owed.subscriber.id)
        self._lost[key] += 1
        if self._lost[key] < _MAX_TRIES:
            return outcome
        return replace(outcome, state=DeliveryState.DEFERRED)

    async def _go_on_after_loss(self, route: Route, outcome: Outcome) -> None:
        was_unused = not route.has_carried and outcome.state is DeliveryState.QUEUED
        await route.close()
        if was_unused:
            await self._patience.was_dropped_unused()

    def _count(self, outcome: Outcome) -> None:
        """Take an outcome into account; raises MailError when the run had better stop."""
        if outcome.state is DeliveryState.QUEUED:
            self._heed(outcome)
            return
        self._last_taken_s = time.monotonic()
        self._patience.was_answered()
        self.counts[outcome.state] += 1
        self._on_done(outcome)
        self._breaker.note(outcome)

    def _heed(self, outcome: Outcome) -> None:
        if outcome.meaning is Meaning.QUOTA_SPENT:
            raise MailError(_QUOTA_SPENT.format(outcome.reply))
        waited_s = time.monotonic() - self._last_taken_s
        if outcome.meaning is Meaning.TOO_FAST and waited_s > self._rules.patience_s:
            raise Unreachable(
                f"the relay says of every letter that it comes too fast ({outcome.reply}); set "
                "mail.max_per_second, then run `statusgen mail resume`"
            )

    async def _settle(self, route: Route) -> None:
        results = route.take_unwritten()
        if results:
            await self._journal.write(results, None)

    async def _stop_if_held(self) -> None:
        if await self._journal.run(self._ledger.is_held):
            raise MailError("letters are held; `statusgen mail resume` lets them go out again")

    def _stop(self, error: MailError) -> None:
        self.trouble = self.trouble or error
        self._is_stopping = True


async def _let_finish(workers: Sequence["asyncio.Task[None]"]) -> None:
    """Give letters in flight time to end; what is cut off all the same is in doubt later."""
    _, late = await asyncio.wait(workers, timeout=_GRACE_S)
    for worker in late:
        worker.cancel()
    if late:
        await asyncio.wait(late)
    for worker in workers:
        _ = worker.cancelled() or worker.exception()  # else asyncio complains of unseen ones
