"""How fast letters go and over how many connections: as set, and less when the relay says so.

A relay that counts (SES: a bucket that fills at so many letters a second) says 454 when its
bucket is empty. Between two such answers it has let through exactly what flowed in, so what was
accepted between them tells its rate, whatever ours was. We stay a little below that, and feel
our way up so slowly that a bucket which has filled meanwhile can't let a rush through.

What is set holds for all senders of a ledger together, so each has its share.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from math import ceil, floor
from typing import Final

from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome, Standing

_GUARD: Final = 1.05
"""How much longer than a second as many letters take as may go in one: on their way to the wire
some are held up more than others."""
_GUARD_AT_DOT: Final = 1.02
"""The same for final dots; less, so that nobody waits twice whom nothing has held up between."""
_LATE_S: Final = 0.01
"""A sleeper who wakes up later than this has lost the time; nothing is caught up."""

_BELOW: Final = 0.98
_LEAST: Final = 0.2
"""A letter every five seconds still finds out whether the relay has come round."""
_STEP: Final = 0.001
"""What each letter adds to the rate, so that it grows by 0.1 % a second: above the bucket's rate
r it has at most √(2 · 0.001) = 4.5 % of r to go until a bucket for one second is empty."""
_STEP_SEARCHING: Final = 0.1
"""The same until the relay has said for the second time that we are too fast."""
_STEP_UNDISTURBED: Final = 0.01
_UNDISTURBED_S: Final = 300.0
_BURST_S: Final = 1.0
_SETTLE_S: Final = 1.0
"""What was on its way when we changed is answered within this; a measurement takes no less."""
_GROW_S: Final = 30.0


class Pace:
    """The turns and the connections of one run, whose workers share it.

    `max_per_second` is kept in every second, not on average; 0: no limit but the relay's.
    """

    def __init__(
        self,
        max_per_second: float,
        max_connections: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_per_second = max_per_second
        self._max_connections = max_connections
        self._clock = clock
        self._standing = Standing(0, 1)
        self._turns = _Gate(clock)
        self._dots = _Gate(clock)
        self._room = max_connections
        self._room_changed_s = float("-inf")
        self._limit = _Limit(clock())

    def take_share(self, standing: Standing) -> None:
        """Leave to the other senders what is theirs."""
        self._standing = standing

    def heed(self, per_second: float) -> None:
        """Keep to what the transport says that it takes; 0: it doesn't say."""
        rates = [rate for rate in (self._max_per_second, per_second) if rate]
        self._max_per_second = min(rates, default=0)

    @property
    def is_limited(self) -> bool:
        """Whether letters have to wait for their turn now."""
        return self._max_per_second > 0 or self._limit.rate is not None

    @property
    def rate(self) -> float:
        """How many letters leave a second, at the most; infinite without a limit."""
        ours = self._ours / _GUARD
        return ours if self._limit.rate is None else min(ours, self._limit.rate)

    @property
    def connections(self) -> int:
        """How many connections are of use now: no more than letters leave in a second.

        So none has to wait long in the relay, with its content there, for its turn to end. 0: the
        other senders have them all.
        """
        room, rate = min(self._room, self._share), self.rate
        return room if rate >= room else ceil(rate)

    async def slot(self) -> None:
        """Wait for the turn; return at once where there is no limit."""
        if self.is_limited:
            await self._turns.pass_through(self._gap_s)
            self._limit.grow(self._clock())

    async def dot(self) -> None:
        """Wait, after the turn, if dots were held up meanwhile and would leave all at once."""
        if self.is_limited:
            await self._dots.pass_through(lambda: self._gap_s() * _GUARD_AT_DOT / _GUARD)

    def _gap_s(self) -> float:
        return 1 / self.rate if self.rate else 1.0  # for letters on their way when our share ended

    @property
    def _share(self) -> int:
        return _share_of(self._max_connections, self._standing)

    @property
    def _ours(self) -> float:
        """How many letters a second may hold; whole ones, as the last of 2.5 may not leave."""
        if not self._max_per_second:
            return float("inf")
        if self._max_per_second < 1:
            return 0 if self._standing.place else self._max_per_second
        return _share_of(floor(self._max_per_second), self._standing)

    def note(self, outcome: Outcome) -> None:
        """Heed what the relay said to a letter."""
        now_s = self._clock()
        if outcome.state is DeliveryState.ACCEPTED:
            self._limit.note_accepted(now_s)
            self._open_one_more(now_s)
        elif outcome.meaning is Meaning.TOO_FAST:
            self._limit.slow_down(now_s, self._max_connections)
        elif outcome.meaning is Meaning.RELAY_BUSY:
            self._close_half(now_s)

    def _close_half(self, now_s: float) -> None:
        """Once for all connections that hear the same at the same time."""
        if now_s - self._room_changed_s >= _SETTLE_S:
            self._room = max(min(self._room, self._share) // 2, 1)
            self._room_changed_s = now_s

    def _open_one_more(self, now_s: float) -> None:
        if self._room < self._max_connections and now_s - self._room_changed_s >= _GROW_S:
            self._room += 1
            self._room_changed_s = now_s


class _Limit:
    """The relay's own limit, as far as it has let us know."""

    def __init__(self, now_s: float) -> None:
        self.rate: float | None = None
        """Letters a second; None until the relay minds."""
        self._is_searching = False
        self._changed_s = now_s
        self._accepted = 0
        """Since then; until the relay minds, since letters began to go out without a pause."""
        self._last_second: deque[float] = deque()
        """When letters were accepted of late."""

    def note_accepted(self, now_s: float) -> None:
        if self.rate is None and not self._is_busy(now_s):
            self._changed_s, self._accepted = now_s, 0
        self._accepted += 1
        self._last_second.append(now_s)
        while self._last_second[0] <= now_s - 1:
            self._last_second.popleft()

    def grow(self, now_s: float) -> None:
        """Take heart a little, with each letter that leaves."""
        if self.rate is None:
            return
        if self._is_searching:
            self.rate += _STEP_SEARCHING
        elif now_s - self._changed_s > _UNDISTURBED_S:
            self.rate += _STEP_UNDISTURBED
        else:
            self.rate += _STEP

    def slow_down(self, now_s: float, in_flight: int) -> None:
        """Take the measure of the relay, which has just said that we are too fast.

        The first time its bucket is empty, and how large it was is a guess: what flows in
        within a second. A rate that is too low would let the bucket fill, one far too high let
        letters come in clusters, and either let a rush through.
        """
        last_second = sum(then_s > now_s - 1 for then_s in self._last_second)
        if self.rate is None:
            of_these_some = in_flight / 2  # are taken, which we are yet to hear
            busy_s = now_s - self._changed_s
            self.rate = max((self._accepted + of_these_some) / (_BURST_S + busy_s), 1.0)
            self._is_searching = True
        elif now_s - self._changed_s < _SETTLE_S:
            return
        else:
            mean = self._accepted / (now_s - self._changed_s)
            measured = last_second if self._is_searching else mean
            self._is_searching = measured < self.rate / 2  # we had little to send, or all is new
            self.rate = max(self._below(measured), self.rate / 2)
        self._changed_s = now_s
        self._accepted = 0

    def _is_busy(self, now_s: float) -> bool:
        return bool(self._last_second) and now_s - self._last_second[-1] < 1

    def _below(self, measured: float) -> float:
        assert self.rate is not None  # noqa: S101 - the relay has minded before
        return max(min(measured, self.rate) * _BELOW, _LEAST)


class _Gate:
    """Lets one through at a time, no closer to the one before than they may be."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next_s = float("-inf")

    async def pass_through(self, gap_s: Callable[[], float]) -> None:
        async with self._turn:
            while (wait_s := self._next_s - self._clock()) > 0:  # noqa: ASYNC110 - nothing else ends it
                await asyncio.sleep(wait_s)
            self._next_s = max(self._next_s, self._clock() - _LATE_S) + gap_s()


def _share_of(number: int, standing: Standing) -> int:
    """Return how many of so many are a sender's; the first ones have what is left over.

    With one sender less nobody's share is smaller, so who has not yet heard takes nothing away.
    """
    return number // standing.of + (standing.place < number % standing.of)
