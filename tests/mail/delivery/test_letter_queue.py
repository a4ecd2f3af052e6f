import asyncio

import pytest

from statusgen.mail.delivery.journal import Journal
from statusgen.mail.delivery.letter_queue import Feed
from statusgen.mail.letter_states import DeliveryState, Outcome, Result
from tests.fakes.mail import (
    EVERYBODY,
    NOW,
    enlist,
    make_database,
    make_update,
    queue_letters,
)


@pytest.fixture
def ledger(tmp_path):
    database = make_database(tmp_path)
    ledger = queue_letters(database, *(f"p{number}" for number in range(1200)))
    ledger.queue(make_update(2), EVERYBODY, NOW)
    yield ledger
    database.close()


def test_every_letter_comes_once_update_by_update_to_several_takers(ledger):
    async def take_all():
        journal = Journal(ledger, enlist(ledger), lambda: NOW)
        feed = Feed(journal, ["login/01", "login/02"])
        taken = []

        async def take():
            while owed := await feed.next():
                taken.append((owed.update_id, owed.subscriber.id))

        await asyncio.gather(*(take() for _ in range(4)))
        journal.close()
        return taken, feed.is_empty

    taken, is_empty = asyncio.run(take_all())

    assert len(taken) == len(set(taken)) == 2400
    assert [update_id for update_id, _ in taken] == ["login/01"] * 1200 + ["login/02"] * 1200
    assert is_empty


def test_a_letter_that_was_queued_again_comes_again_when_the_feed_looks_again(ledger):
    async def take_one_twice():
        journal = Journal(ledger, enlist(ledger), lambda: NOW)
        feed = Feed(journal, ["login/02"])
        while owed := await feed.next():
            last = owed
        await journal.write([Result(last, Outcome(DeliveryState.QUEUED))], None)
        feed.look_again()
        again, end = await feed.next(), await feed.next()
        journal.close()
        return last, again, end

    last, again, end = asyncio.run(take_one_twice())

    assert again == last
    assert end is None
