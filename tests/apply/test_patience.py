import asyncio

import pytest

from statusgen.apply.patience import Patience
from statusgen.ports.transport import Unreachable


class Door:
    """A transport that answers only after some tries, and never more than `room` at once."""

    def __init__(self, tries=0, room=9):
        self.tries, self.room = tries, room

    async def connect(self):
        self.tries -= 1
        if self.tries >= 0 or self.room == 0:
            raise Unreachable("nobody is there")
        self.room -= 1
        return object()


def test_a_relay_that_comes_back_in_time_is_waited_for():
    assert asyncio.run(Patience(Door(tries=2), budget_s=5).connect()) is not None


def test_the_budget_is_spent_once():
    with pytest.raises(Unreachable):
        asyncio.run(Patience(Door(tries=99), budget_s=0.3).connect())


def test_the_time_that_a_relay_hangs_is_part_of_the_budget():
    class Hanging:
        tries = 0

        async def connect(self):
            self.tries += 1
            await asyncio.sleep(0.2)
            raise Unreachable("it hangs")

    door = Hanging()

    with pytest.raises(Unreachable):
        asyncio.run(Patience(door, budget_s=0.3).connect())

    assert door.tries == 2


def test_a_relay_that_takes_no_more_connections_is_not_waited_for():
    async def open_two():
        patience = Patience(Door(room=1), budget_s=30)
        return await patience.connect(), await patience.connect()

    first, second = asyncio.run(open_two())

    assert first is not None
    assert second is None
