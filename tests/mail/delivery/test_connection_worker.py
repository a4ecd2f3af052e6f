import asyncio

from statusgen.mail.delivery.connection_worker import Route
from statusgen.mail.delivery.reconnecting import Reconnecting
from statusgen.mail.letter_states import ClaimedLetter, DeliveryState, Outcome
from statusgen.mail.subscribers.subscriber import Subscriber, SubscriberState
from tests.fakes.mail import ACCEPTED, DOUBT

ANN = ClaimedLetter("login/01", Subscriber(1, "ann", "ann@example.com", SubscriberState.ACTIVE))


class Way:
    """A transport that counts its connections, and is one itself."""

    opened = closed = 0

    async def connect(self):
        self.opened += 1
        return self

    async def close(self):
        self.closed += 1


def test_a_connection_is_opened_when_it_is_needed_and_once():
    way = Way()

    async def use():
        route = Route(Reconnecting(way, 1))
        assert await route.is_open()
        assert await route.is_open()
        await route.close()
        await route.close()

    asyncio.run(use())

    assert (way.opened, way.closed) == (1, 1)


def test_outcomes_wait_to_be_written_and_only_an_answered_letter_counts_as_carried():
    route = Route(Reconnecting(Way(), 1))

    route.note(ANN, Outcome(DeliveryState.QUEUED))
    route.note(ANN, DOUBT)
    carried_before = route.has_carried
    route.note(ANN, ACCEPTED)
    written = route.take_unwritten()

    assert (carried_before, route.has_carried) == (False, True)
    assert [one.outcome.state for one in written] == ["queued", "in_doubt", "accepted"]
    assert route.take_unwritten() == []
