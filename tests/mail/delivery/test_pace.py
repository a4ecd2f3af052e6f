"""The pace in virtual time: no test waits, and hours cost what their letters cost."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.mail.delivery.pace import Pace
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.letter_states import DeliveryState, Outcome, Standing
from tests.components.soak import part
from tests.fakes.virtual_time import run_virtually

ACCEPTED = Outcome(DeliveryState.ACCEPTED)
TOO_FAST = Outcome(DeliveryState.QUEUED, "454", Meaning.TOO_FAST)
BUSY = Outcome(DeliveryState.QUEUED, "421", Meaning.RELAY_BUSY)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Bucket:
    """A relay that lets `rate` letters a second through, as SES does, and notes when."""

    rate: float
    size: float
    accepted_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    _full: float = 0
    _then_s: float = 0

    def __post_init__(self) -> None:
        self._full = self.size

    def answer(self, now_s: float) -> Outcome:
        self._full = min(self._full + (now_s - self._then_s) * self.rate, self.size)
        self._then_s = now_s
        if self._full < 1:
            self.refused_s.append(now_s)
            return TOO_FAST
        self._full -= 1
        self.accepted_s.append(now_s)
        return ACCEPTED

    def use(self, from_s: float, to_s: float) -> float:
        count = sum(from_s <= then_s < to_s for then_s in self.accepted_s)
        return count / (to_s - from_s) / self.rate


def busiest_second(times_s, from_s=0.0):
    """Return how many there are at most in any window of one second, its end included."""
    recent: deque[float] = deque()
    most = 0
    for time_s in sorted(times_s):
        recent.append(time_s)
        while recent[0] < time_s - 1:
            recent.popleft()
        if time_s >= from_s + 1:
            most = max(most, len(recent))
    return most


def send_to(bucket, *, seed, until_s, round_trip_s, held_up_s=0.01, workers=10, max_per_second=0.0):
    """Let workers send what they can, as the engine does.

    Up to `held_up_s` pass between a letter's turn and its arrival.
    """
    chance = random.Random(seed)

    async def work(loop, pace, number):
        while loop.time() < until_s:
            if number >= pace.connections:
                await asyncio.sleep(0.2)
                continue
            await asyncio.sleep(2 * chance.uniform(*round_trip_s))
            await pace.slot()
            await asyncio.sleep(chance.uniform(0, held_up_s))
            outcome = bucket.answer(loop.time())
            await asyncio.sleep(chance.uniform(*round_trip_s))
            pace.note(outcome)

    async def work_together(loop):
        pace = Pace(max_per_second, workers, loop.time)
        await asyncio.gather(*(work(loop, pace, number) for number in range(workers)))

    run_virtually(work_together)


@pytest.mark.parametrize("seed", range(part(2, 40)))
@pytest.mark.parametrize("round_trip_s", [(0.0005, 0.001), (0.02, 0.05), (0.01, 0.1)], ids=str)
def test_a_bucket_of_fourteen_a_second_is_used_and_never_rushed(seed, round_trip_s):
    bucket = Bucket(rate=14, size=14)

    send_to(bucket, seed=seed, until_s=part(200, 600), round_trip_s=round_trip_s)

    assert busiest_second(bucket.accepted_s, bucket.refused_s[0]) <= 15
    assert bucket.use(60, part(200, 600)) >= 0.9
    assert len(bucket.refused_s) < len(bucket.accepted_s) / 20


@pytest.mark.parametrize("seed", range(part(3, 40)))
def test_a_slow_and_fitful_way_costs_one_letter_while_the_limit_is_found_out(seed):
    bucket = Bucket(rate=14, size=14)

    send_to(bucket, seed=seed, until_s=part(200, 600), round_trip_s=(0.02, 0.2))

    assert busiest_second(bucket.accepted_s, bucket.refused_s[0]) <= 16
    assert busiest_second(bucket.accepted_s, bucket.refused_s[0] + 3) <= 15
    assert bucket.use(60, part(200, 600)) >= 0.9


@pytest.mark.parametrize("seed", range(part(5, 40)))
@pytest.mark.parametrize("round_trip_s", [(0.0005, 0.001), (0.02, 0.05)], ids=str)
def test_a_bucket_without_a_burst_is_found_out_in_ten_seconds(seed, round_trip_s):
    """It refuses whatever comes a moment early, so this is for a way that holds up little."""
    bucket = Bucket(rate=14, size=1)

    send_to(bucket, seed=seed, until_s=190, round_trip_s=round_trip_s, held_up_s=0.003)

    known_s = bucket.refused_s[0]
    tries_s = [*bucket.accepted_s, *bucket.refused_s]
    assert busiest_second(bucket.accepted_s, from_s=-1) <= 15
    assert busiest_second([at for at in tries_s if at > known_s + 1], from_s=-1) <= 15
    assert bucket.use(10, 190) >= 0.9


@pytest.mark.parametrize(("rate", "size"), [(1, 1), (14, 28), (100, 100)])
def test_other_buckets_are_found_out_too(rate, size):
    bucket = Bucket(rate, size)

    send_to(bucket, seed=1, until_s=200, round_trip_s=(0.001, 0.01), workers=30)

    assert bucket.use(60, 200) >= 0.85
    assert len(bucket.refused_s) < len(bucket.accepted_s) / 3


def test_a_relay_that_takes_less_from_now_on_is_followed():
    bucket = Bucket(rate=14, size=14)
    send_to(bucket, seed=1, until_s=1, round_trip_s=(0.001, 0.01))
    pace, clock = limited_pace(rate=14)

    for _ in range(5):
        clock.now_s += 2
        pace.note(TOO_FAST)

    assert pace.rate < 2


def limited_pace(rate: int) -> tuple[Pace, Clock]:
    """A pace after the relay has minded twice, and let `rate` through in the second between."""
    clock = Clock()
    pace = Pace(0, rate, clock)
    pace.note(TOO_FAST)
    for _ in range(rate):
        clock.now_s += 1.2 / rate
        pace.note(ACCEPTED)
    clock.now_s += 0.01
    pace.note(TOO_FAST)
    return pace, clock


def test_without_a_limit_nobody_waits_until_the_relay_minds():
    pace = Pace(0, 10, Clock())

    asyncio.run(asyncio.wait_for(take(pace, 1000), 5))

    assert not pace.is_limited
    pace.note(TOO_FAST)
    assert pace.is_limited


async def take(pace, count):
    for _ in range(count):
        await pace.slot()


def test_answers_that_come_together_count_once():
    pace, _ = limited_pace(rate=14)
    before = pace.rate

    for _ in range(9):
        pace.note(TOO_FAST)

    assert pace.rate == before


@settings(max_examples=part(40, 1000), deadline=None)
@given(
    max_per_second=st.one_of(st.integers(1, 300), st.floats(0.2, 60)),
    workers=st.integers(1, 20),
    latest_s=st.sampled_from([0, 0.001, 0.05, 0.4]),
    seed=st.integers(0, 2**32),
)
def test_no_second_holds_more_than_it_may(max_per_second, workers, latest_s, seed):
    chance = random.Random(seed)
    wire_s: list[float] = []

    async def work(loop, pace):
        for _ in range(max(200 // workers, 3)):
            await asyncio.sleep(chance.choice([0, 0, chance.uniform(0, 0.1), chance.uniform(0, 2)]))
            await pace.slot()
            turn_s = loop.time()
            wire_s.append(turn_s + chance.uniform(0, 0.03))

    async def work_together(loop):
        pace = Pace(max_per_second, workers, loop.time)
        await asyncio.gather(*(work(loop, pace) for _ in range(workers)))

    run_virtually(work_together, lambda: chance.uniform(0, latest_s))

    assert busiest_second(wire_s, from_s=-1) <= max(max_per_second, 1)


def test_turns_are_spaced_evenly_and_lost_time_is_not_caught_up():
    turns_s: list[float] = []

    async def work(loop):
        pace = Pace(10, 10, loop.time)
        for number in range(30):
            if number == 10:
                await asyncio.sleep(5)
            await pace.slot()
            turns_s.append(loop.time())

    run_virtually(work)

    assert all(later - earlier > 0.09 for earlier, later in pairwise(turns_s))


def test_a_limit_of_ours_is_used_up_to_what_keeps_every_second_safe():
    bucket = Bucket(rate=14, size=14)

    send_to(bucket, seed=1, until_s=100, round_trip_s=(0.01, 0.05), max_per_second=14)

    assert bucket.refused_s == []
    assert busiest_second(bucket.accepted_s, from_s=-1) <= 14
    assert bucket.use(0, 100) >= 0.93


@pytest.mark.parametrize("max_per_second", [1, 10, 30])
@pytest.mark.parametrize("stall_s", [0.5, 2, 7])
def test_dots_that_a_slow_commit_held_up_do_not_leave_all_at_once(max_per_second, stall_s):
    dots_s: list[float] = []

    async def work(loop, pace, stall):
        for _ in range(20):
            await pace.slot()
            async with stall:
                if 1 < loop.time() < 1 + stall_s:
                    await asyncio.sleep(stall_s)
            await pace.dot()
            dots_s.append(loop.time())

    async def work_together(loop):
        pace, stall = Pace(max_per_second, 10, loop.time), asyncio.Lock()
        await asyncio.gather(*(work(loop, pace, stall) for _ in range(10)))

    run_virtually(work_together)

    assert busiest_second(dots_s, from_s=-1) <= max_per_second
    assert len(dots_s) / (dots_s[-1] - stall_s) / max_per_second > 0.9


def test_nobody_waits_twice_whom_nothing_has_held_up():
    waits_s: list[float] = []

    async def work(loop):
        pace = Pace(20, 10, loop.time)
        for _ in range(30):
            await pace.slot()
            await asyncio.sleep(0.001)
            began_s = loop.time()
            await pace.dot()
            waits_s.append(loop.time() - began_s)

    run_virtually(work)

    assert max(waits_s) == 0


def test_what_the_transport_says_of_itself_is_heeded_too():
    pace = Pace(14, 10, Clock())

    pace.heed(0)
    assert pace.rate == pytest.approx(14, rel=0.06)
    pace.heed(5)
    assert pace.rate == pytest.approx(5, rel=0.06)
    pace.heed(100)
    assert pace.rate == pytest.approx(5, rel=0.06)


@given(
    max_per_second=st.one_of(st.integers(0, 300), st.floats(0.2, 60)),
    max_connections=st.integers(1, 60),
    senders=st.integers(1, 40),
)
def test_the_shares_of_all_senders_never_add_up_to_more(max_per_second, max_connections, senders):
    paces = [Pace(max_per_second, max_connections, Clock()) for _ in range(senders)]
    for place, pace in enumerate(paces):
        pace.take_share(Standing(place, senders))

    assert 1 <= sum(pace.connections for pace in paces) <= max_connections
    assert max_per_second == 0 or 0 < sum(pace.rate for pace in paces) <= max_per_second


@given(
    max_connections=st.integers(1, 60),
    senders=st.integers(2, 40),
    gone=st.integers(0, 39),
    hears=st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_a_sender_that_leaves_makes_nobodys_share_smaller(max_connections, senders, gone, hears):
    gone %= senders
    total = 0
    for place in range(senders):
        if place == gone:
            continue
        pace = Pace(0, max_connections, Clock())
        now = Standing(place - (place > gone), senders - 1)
        pace.take_share(now if hears[place] else Standing(place, senders))
        total += pace.connections

    assert total <= max_connections


def test_a_busy_relay_gets_half_of_a_share():
    pace = Pace(0, 10, Clock())
    pace.take_share(Standing(1, 2))

    pace.note(BUSY)

    assert pace.connections == 2


@pytest.mark.parametrize(
    ("max_per_second", "connections"), [(0, 10), (100, 10), (5, 5), (2.5, 2), (1, 1), (0.2, 1)]
)
def test_few_letters_a_second_need_few_connections(max_per_second, connections):
    assert Pace(max_per_second, 10, Clock()).connections == connections


def test_a_busy_relay_gets_half_the_connections_and_one_more_every_half_minute_of_success():
    clock = Clock()
    pace = Pace(0, 10, clock)
    seen = []

    for after_s, outcome in [
        *((0, BUSY), (0.1, BUSY), (2, BUSY), (2, BUSY), (2, BUSY)),
        *((29, ACCEPTED), (2, ACCEPTED), (2, ACCEPTED), (40, TOO_FAST), (1, ACCEPTED)),
    ]:
        clock.now_s += after_s
        pace.note(outcome)
        seen.append(pace._room)  # noqa: SLF001 - what the rate would hide

    assert seen == [5, 5, 2, 1, 1, 1, 2, 2, 2, 3]


def test_connections_never_outnumber_what_was_set():
    clock = Clock()
    pace = Pace(0, 3, clock)

    pace.note(BUSY)
    for _ in range(20):
        clock.now_s += 60
        pace.note(ACCEPTED)

    assert pace.connections == 3


def test_a_relay_whose_bucket_is_empty_when_we_come_is_used_soon_all_the_same():
    class Shared(Bucket):
        def answer(self, now_s):
            if now_s < 3:  # others have had it all
                self.refused_s.append(now_s)
                return TOO_FAST
            return super().answer(now_s)

    bucket = Shared(rate=14, size=14)

    send_to(bucket, seed=1, until_s=120, round_trip_s=(0.001, 0.01))

    assert bucket.refused_s[0] < 1
    assert bucket.use(60, 120) >= 0.85
