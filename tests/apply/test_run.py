import asyncio
from datetime import timedelta

import pytest

from statusgen.adapters.database.ledger import SqlLedger
from statusgen.apply.deliver import deliver
from statusgen.apply.rules import DeliveryRules
from statusgen.model.delivery import Account, DeliveryState, Outcome
from statusgen.model.replies import Meaning
from statusgen.ports.transport import Limits
from tests.fakes.mail import (
    ACCEPTED,
    EVERYBODY,
    NOW,
    account,
    make_book,
    make_database,
    make_letter,
    make_update,
    queue_letters,
)

ONE = make_update()
REFUSED = Outcome(DeliveryState.FAILED, "550 5.7.515", Meaning.SENDER_REFUSED)


class Relay:
    """A transport in memory; `answer` says what becomes of the n-th letter at its final dot."""

    def __init__(self, answer=lambda _number: ACCEPTED, limits=None, on_dot=lambda _number: None):
        self.answer, self.on_dot = answer, on_dot
        self._limits = limits or Limits()
        self.letters = []
        self.most_open = self.open = 0

    async def limits(self):
        return self._limits

    async def connect(self):
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        return Connection(self)


class Connection:
    def __init__(self, relay):
        self.relay, self.offered = relay, None

    async def offer(self, letter):
        self.offered = letter
        await asyncio.sleep(0)

    async def finish(self, then=None):
        del then
        await asyncio.sleep(0)
        self.relay.letters.append(self.offered)
        number = len(self.relay.letters)
        self.relay.on_dot(number)
        return self.relay.answer(number)

    async def close(self):
        self.relay.open -= 1


@pytest.fixture
def ledger(tmp_path):
    database = make_database(tmp_path)
    yield queue_letters(database, *(f"p{number}" for number in range(100)))
    database.close()


def run(ledger, relay, **rules):
    rules = DeliveryRules(**{"max_connections": 4, "patience_s": 0.5, **rules})
    return deliver(ledger, relay, make_letter, [ONE.update_id], NOW, rules)


def test_every_connection_carries_letters_and_nobody_gets_two(ledger):
    relay = Relay()

    report = run(ledger, relay)

    assert report.is_done
    assert relay.most_open == 4
    assert len({letter.recipient for letter in relay.letters}) == len(relay.letters) == 100


def test_what_is_refused_by_policy_stops_the_run_within_twenty_letters_and_suppresses_nobody(
    ledger, tmp_path
):
    relay = Relay(lambda _: REFUSED)

    report = run(ledger, relay)

    database = make_database(tmp_path)
    assert len(relay.letters) <= 20 + 4
    assert "550 5.7.515" in str(report.trouble)
    assert {one.state for one in make_book(database).subscribers()} == {"active"}
    database.close()


def test_a_canary_goes_ahead_and_stops_the_run_when_it_fails(ledger):
    relay = Relay(lambda _: Outcome(DeliveryState.FAILED, "554"))

    report = run(ledger, relay, canary=10)

    assert len(relay.letters) <= 10
    assert "mail.canary" in str(report.trouble)


def test_after_a_canary_that_arrives_all_others_go_out(ledger):
    relay = Relay(lambda number: REFUSED if number == 3 else ACCEPTED)

    assert run(ledger, relay, canary=10).total == Account(accepted=99, failed=1)


def test_a_letter_lost_on_the_way_is_queued_again_and_sent_in_the_same_run(ledger):
    lost = Outcome(DeliveryState.QUEUED, is_connection_usable=False)
    relay = Relay(lambda number: lost if number in {2, 50, 101} else ACCEPTED)

    report = run(ledger, relay)

    assert report.total == Account(accepted=100)
    assert len(relay.letters) == 103


def test_letters_that_are_held_stop_at_once(ledger):
    relay = Relay(on_dot=lambda number: number == 10 and ledger.hold_all(NOW))

    report = run(ledger, relay)

    assert "letters are held" in str(report.trouble)
    assert len(relay.letters) <= 10 + 4
    assert account(ledger, ONE).owed == 100 - len(relay.letters)


def test_a_quota_that_is_spent_ends_the_run_with_every_letter_owed(ledger):
    spent = Outcome(DeliveryState.QUEUED, "454 4.7.0", Meaning.QUOTA_SPENT)

    report = run(ledger, Relay(lambda _: spent))

    assert "takes no more letters today (454 4.7.0)" in str(report.trouble)
    assert report.total == Account(queued=100)


def test_nothing_is_begun_when_the_transport_says_that_nothing_is_left(ledger):
    relay = Relay(limits=Limits(left_today=0))

    report = run(ledger, relay)

    assert relay.letters == []
    assert "no more letters today" in str(report.trouble)


def test_a_relay_that_says_too_fast_of_every_letter_is_given_up(ledger):
    relay = Relay(lambda _: Outcome(DeliveryState.QUEUED, "454 4.7.0", Meaning.TOO_FAST))

    report = run(ledger, relay)

    assert "comes too fast (454 4.7.0)" in str(report.trouble)
    assert report.total == Account(queued=100)


def test_a_run_that_was_settled_as_gone_stops_and_writes_nothing_more(ledger):
    def settle(number):
        if number == 5:
            ledger.enlist(make_publisher(), lambda _: True)

    relay = Relay(on_dot=settle)

    report = run(ledger, relay, beat_s=0.05, max_connections=1)

    assert len(relay.letters) == 5
    assert report.total == Account(accepted=4, in_doubt=1, queued=95)


def make_publisher():
    from statusgen.model.manifest import Publisher  # noqa: PLC0415

    return Publisher("kim", "there", "boot 2 1.00")


def test_stale_letters_are_not_sent(tmp_path):
    database = make_database(tmp_path)
    ledger = SqlLedger(database)
    queue_letters(database, "ann")
    ledger.queue(make_update(2), EVERYBODY, NOW, NOW - timedelta(seconds=1))

    report = deliver(ledger, Relay(), make_letter, ["login/02"], NOW)

    assert report.total == Account(expired=1)
    database.close()
