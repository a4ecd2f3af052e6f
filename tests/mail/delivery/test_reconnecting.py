import asyncio

import pytest

from statusgen.errors import MailError
from statusgen.mail.delivery.reconnecting import Reconnecting
from statusgen.mail.transports.transport import Limits, Unreachable
from tests.fakes.virtual_time import run_virtually


class Door:
    """A transport that answers only after some tries, and never more than `room` at once."""

    def __init__(self, tries=0, room=9):
        self.tries, self.room, self.asked_s = tries, room, []

    async def connect(self):
        self.asked_s.append(round(asyncio.get_running_loop().time(), 1))
        self.tries -= 1
        if self.tries >= 0 or self.room == 0:
            raise Unreachable("nobody is there")
        self.room -= 1
        return object()

    async def limits(self):
        await self.connect()
        return Limits(per_second=14)


def virtually(make):
    """Return what `make()` returns or raises, and how long it took in virtual seconds."""
    ended = []

    async def run(_loop):
        try:
            ended.append(await make())
        except MailError as error:
            ended.append(error)

    took = run_virtually(run)
    return ended[0], took.now_s


@pytest.mark.parametrize("chance", [0, 1])
def test_a_relay_that_comes_back_in_time_is_waited_for_longer_each_time(chance):
    door = Door(tries=5)

    connection, _ = virtually(Reconnecting(door, 60, lambda: chance).connect)

    assert type(connection) is object
    assert door.asked_s == [at / (1 + chance) for at in (0, 1, 3, 7, 15, 31)]


def test_no_wait_is_longer_than_a_minute():
    door = Door(tries=10)

    virtually(Reconnecting(door, 600, lambda: 0).connect)

    assert [b - a for a, b in zip(door.asked_s[6:], door.asked_s[7:], strict=False)] == [60] * 4


def test_the_budget_is_spent_once():
    ended, took_s = virtually(Reconnecting(Door(tries=99), 30).connect)

    assert isinstance(ended, Unreachable)
    assert took_s == pytest.approx(30)


def test_limits_that_can_not_be_asked_for_at_once_are_asked_for_again():
    limits, _ = virtually(Reconnecting(Door(tries=2), 30).limits)

    assert limits == Limits(per_second=14)


def test_the_time_that_a_relay_hangs_is_part_of_the_budget():
    class Hanging(Door):
        async def connect(self):
            await asyncio.sleep(20)
            await super().connect()

    door = Hanging(tries=99)

    ended, _ = virtually(Reconnecting(door, 30).connect)

    assert isinstance(ended, Unreachable)
    assert len(door.asked_s) == 2


def test_a_relay_that_takes_no_more_connections_is_not_waited_for():
    patience = Reconnecting(Door(room=1), 30)

    async def open_two():
        return await patience.connect(), await patience.connect()

    (first, second), took_s = virtually(open_two)

    assert first is not None
    assert second is None
    assert took_s == 0


def test_connections_that_are_lost_together_are_waited_for_once():
    patience = Reconnecting(Door(), 30, lambda: 0)

    async def lose_ten():
        await asyncio.gather(*(patience.was_lost(Unreachable("gone")) for _ in range(10)))

    assert virtually(lose_ten) == (None, 1)


def test_short_waits_begin_again_when_a_letter_was_answered():
    patience = Reconnecting(Door(), 30, lambda: 0)

    async def lose_thrice():
        for _ in range(3):
            await patience.was_lost(Unreachable("gone"))
            patience.was_answered()
            await asyncio.sleep(0.5)

    assert virtually(lose_thrice) == (None, 4.5)


def test_connections_that_are_lost_again_and_again_end_the_run_with_what_they_mean():
    patience = Reconnecting(Door(), 30)
    doubt = MailError("no answer")

    async def lose():
        while True:
            await patience.was_lost(doubt)
            await asyncio.sleep(0.1)

    assert virtually(lose)[0] is doubt


def test_who_waits_is_let_go_when_it_is_over():
    patience = Reconnecting(Door(tries=99), 600, lambda: 0)

    async def end_soon():
        waiting = [asyncio.create_task(patience.connect()) for _ in range(3)]
        await asyncio.sleep(20)
        patience.end()
        return await asyncio.gather(*waiting, return_exceptions=True)

    ended, took_s = virtually(end_soon)

    assert [type(one) for one in ended] == [Unreachable] * 3
    assert took_s == 20


def test_once_one_is_open_the_others_are_opened_together():
    class Far(Door):
        async def connect(self):
            await asyncio.sleep(1)
            return await super().connect()

    far = Far()
    patience = Reconnecting(far, 60)

    _, took_s = virtually(lambda: asyncio.gather(*(patience.connect() for _ in range(8))))

    assert far.asked_s == [1] + [2] * 7
    assert took_s == 2


def test_a_silent_relay_is_not_waited_for_when_it_is_over():
    class Silent(Door):
        async def connect(self):
            try:
                await asyncio.sleep(1000)
            finally:
                hung_up.append(self)

    hung_up = []
    patience = Reconnecting(Silent(), 30)

    async def end_soon():
        waiting = [asyncio.create_task(patience.connect()) for _ in range(3)]
        await asyncio.sleep(5)
        patience.end()
        return await asyncio.gather(*waiting, return_exceptions=True)

    ended, took_s = virtually(end_soon)

    assert [type(one) for one in ended] == [Unreachable] * 3
    assert len(hung_up) == 1
    assert took_s == 5
