"""Delivery: every owed letter goes out once, over several connections, whatever is cut off.

A letter is marked `sending` in the ledger before its first byte leaves, and its outcome is
written before the connection's next letter leaves. So a killed run leaves at most one letter
a connection in doubt, and the next run knows which.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from statusgen.apply.feed import Feed
from statusgen.apply.journal import Journal
from statusgen.apply.patience import Patience
from statusgen.errors import MailError
from statusgen.model.delivery import Account, DeliveryState, InDoubt, Outcome, Owed, Result
from statusgen.model.letter import Letter
from statusgen.model.subscriber import Subscriber
from statusgen.model.unsent import Unsent
from statusgen.model.value import Value
from statusgen.ports.ledger import Ledger
from statusgen.ports.transport import Connection, Transport

_MAX_TRIES = 3
_MAX_FAILED_AT_FIRST = 20
_GRACE_S = 15.0

LetterMaker = Callable[[str, Subscriber], Letter]
"""Makes the letter about an update (by id) for a subscriber."""


class DeliveryRules(Value, frozen=True):
    """How hard a run tries: the keys of `[mail]`."""

    max_connections: int = 10
    max_per_second: float = 0
    """0: no limit."""
    in_doubt: InDoubt = InDoubt.RESEND
    patience_s: float = 30
    """How long a run waits, in all, for a relay that can't be reached."""


class DeliveryReport(Value, frozen=True):
    """What a run did, and where every letter of its updates is now."""

    accounts: tuple[tuple[str, Account], ...]
    """By update id, in the order given."""
    sent: int
    """Letters that the transport accepted in this run."""
    resent: tuple[str, ...]
    """Tokens of those who were in flight when a run was cut off and were sent the letter again."""
    in_doubt: tuple[str, ...]
    """Tokens of those whose letter is in doubt now."""
    unsent: tuple[Unsent, ...]
    """What keeps letters from their readers, in numbers and words, most letters first."""
    trouble: MailError | None
    """Why the run stopped early; None when it did not."""

    @property
    def total(self) -> Account:
        """The accounts of all updates as one."""
        return sum((account for _, account in self.accounts), Account())

    @property
    def is_done(self) -> bool:
        """Whether nothing is owed, in doubt or failed any more."""
        total = self.total
        return not (self.trouble or total.owed or total.in_doubt or total.failed)


def deliver(  # noqa: PLR0913, PLR0917 - what a run needs, each once
    ledger: Ledger,
    transport: Transport,
    letters: LetterMaker,
    update_ids: Sequence[str],
    now: datetime,
    rules: DeliveryRules | None = None,
    on_done: Callable[[Outcome], None] = lambda _outcome: None,
) -> DeliveryReport:
    """Send what is owed about the updates, oldest first, and return the report.

    `on_done` hears of every letter's outcome. When interrupted, letters in flight are finished
    before KeyboardInterrupt goes on.

    Raises:
        Refused: another run is at work.
        DatabaseError: the ledger can't be written; nothing goes out without its mark.

    """
    with ledger.exclusive():
        ledger.doubt_unfinished(update_ids, now)
        run = _Run(ledger, transport, letters, now, rules or DeliveryRules(), on_done)
        asyncio.run(run.send_all(update_ids))
        return DeliveryReport(
            accounts=tuple((update_id, ledger.account(update_id)) for update_id in update_ids),
            sent=run.counts[DeliveryState.ACCEPTED],
            resent=ledger.take_unreported_resent(update_ids),
            in_doubt=_in_doubt(ledger, update_ids),
            unsent=ledger.unsent(update_ids),
            trouble=run.trouble,
        )


def _in_doubt(ledger: Ledger, update_ids: Sequence[str]) -> tuple[str, ...]:
    tokens = (ledger.tokens(update_id, DeliveryState.IN_DOUBT) for update_id in update_ids)
    return tuple(sorted({token for some in tokens for token in some}))


class _Run:
    """One run: its connections share a feed, a journal, the patience and the pace."""

    def __init__(  # noqa: PLR0913, PLR0917 - the same
        self,
        ledger: Ledger,
        transport: Transport,
        letters: LetterMaker,
        now: datetime,
        rules: DeliveryRules,
        on_done: Callable[[Outcome], None],
    ) -> None:
        self._ledger = ledger
        self._transport = transport
        self._letters = letters
        self._now = now
        self._rules = rules
        self._on_done = on_done
        self._next_slot_s = 0.0
        self._is_stopping = False
        self._lost: Counter[tuple[str, int]] = Counter()
        self.counts: Counter[DeliveryState] = Counter()
        self.trouble: MailError | None = None

    async def send_all(self, update_ids: Sequence[str]) -> None:
        """Send until the feed is empty or trouble stops the run."""
        self._journal = Journal(self._ledger, self._now)
        self._feed = Feed(self._ledger, self._journal, update_ids, self._rules.in_doubt)
        self._patience = Patience(self._transport, self._rules.patience_s)
        try:
            while not (self._feed.is_empty or self._is_stopping):
                await self._work_together()
        finally:
            self._journal.close()

    async def _work_together(self) -> None:
        workers = [asyncio.create_task(self._work()) for _ in range(self._rules.max_connections)]
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

    async def _work(self) -> None:
        """Be one connection: take letters until there are none."""
        route = _Route(self._patience)
        try:
            while not self._is_stopping:
                owed = await self._feed.next()
                if owed is None:
                    break
                if not await route.is_open():
                    self._feed.give_back(owed)
                    break
                await self._send(route, owed)
        except MailError as error:
            self.trouble = self.trouble or error
            self._is_stopping = True
        finally:
            await self._settle(route)
            await route.close()

    async def _send(self, route: "_Route", owed: Owed) -> None:
        letter = self._letters(owed.update_id, owed.subscriber)
        await self._keep_pace()
        if self._is_stopping:
            return
        settled, route.unwritten = route.unwritten, None
        if not await self._journal.write(settled, owed):
            return
        try:
            outcome = await route.send(letter)
        except MailError:
            route.unwritten = Result(owed, Outcome(DeliveryState.QUEUED))
            raise
        route.unwritten = Result(owed, self._judged(owed, outcome))
        self._count(route.unwritten.outcome)
        if not outcome.is_connection_usable:
            await self._settle(route)
            await self._go_on_after_loss(route, owed, outcome)

    def _judged(self, owed: Owed, outcome: Outcome) -> Outcome:
        """Defer a letter that takes the connection down with it every time."""
        if outcome.state is not DeliveryState.QUEUED:
            return outcome
        key = (owed.update_id, owed.subscriber.id)
        self._lost[key] += 1
        if self._lost[key] < _MAX_TRIES:
            return outcome
        return Outcome(DeliveryState.DEFERRED, outcome.reply, is_connection_usable=False)

    async def _go_on_after_loss(self, route: "_Route", owed: Owed, outcome: Outcome) -> None:
        if route.has_carried or outcome.state is not DeliveryState.QUEUED:
            await route.close()
        else:
            await route.close()
            await self._patience.was_dropped_unused()
        key = (owed.update_id, owed.subscriber.id)
        if outcome.state is DeliveryState.QUEUED and self._lost[key] < _MAX_TRIES:
            self._feed.give_back(owed)

    async def _settle(self, route: "_Route") -> None:
        settled, route.unwritten = route.unwritten, None
        if settled is not None:
            await self._journal.write(settled, None)

    def _count(self, outcome: Outcome) -> None:
        if outcome.state is DeliveryState.QUEUED:
            return
        self._patience.was_answered()
        self.counts[outcome.state] += 1
        self._on_done(outcome)
        failed = self.counts[DeliveryState.FAILED]
        if failed >= _MAX_FAILED_AT_FIRST and failed == self.counts.total():
            raise MailError(
                f"the relay refused the first {failed} letters (the last with "
                f"{outcome.reply}); ask who runs it, then run `statusgen mail retry`"
            )

    async def _keep_pace(self) -> None:
        if not self._rules.max_per_second:
            return
        clock = asyncio.get_running_loop()
        slot_s = max(clock.time(), self._next_slot_s)
        self._next_slot_s = slot_s + 1 / self._rules.max_per_second
        await asyncio.sleep(slot_s - clock.time())


class _Route:
    """A worker's connection, and the outcome that is not in the ledger yet."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._connection: Connection | None = None
        self.unwritten: Result | None = None
        self.has_carried = False
        """Whether the connection has carried a letter since it was opened."""

    async def is_open(self) -> bool:
        """Open a connection if there is none; False when the relay takes no more."""
        if self._connection is None:
            self._connection = await self._patience.connect()
            self.has_carried = False
        return self._connection is not None

    async def send(self, letter: Letter) -> Outcome:
        assert self._connection is not None  # noqa: S101 - is_open was asked
        outcome = await self._connection.send(letter)
        self.has_carried = self.has_carried or outcome.state is not DeliveryState.QUEUED
        return outcome

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await self._patience.close(connection)


async def _let_finish(workers: Sequence["asyncio.Task[None]"]) -> None:
    """Give letters in flight time to end; what is cut off all the same is in doubt later."""
    _, late = await asyncio.wait(workers, timeout=_GRACE_S)
    for worker in late:
        worker.cancel()
    if late:
        await asyncio.wait(late)
    for worker in workers:
        _ = worker.cancelled() or worker.exception()  # else asyncio complains of unseen ones
