import asyncio
from contextlib import closing
from datetime import timedelta

import pytest

from statusgen.errors import DatabaseError, MailError
from statusgen.mail.database import senders
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.delivery import letter_queue as feed
from statusgen.mail.delivery.deliver import deliver
from statusgen.mail.delivery.heartbeat import SenderGone
from statusgen.mail.delivery.journal import Journal
from statusgen.mail.delivery.replies import Meaning
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.delivery.run import DeliveryRun
from statusgen.mail.letter_states import Account, DeliveryState, Outcome
from statusgen.mail.transports.transport import Limits, Unreachable
from statusgen.values import clock
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    US,
    account,
    make_book,
    make_database,
    make_letter,
    make_update,
    queue_letters,
)
from tests.fakes.virtual_time import run_virtually

ONE = make_update()
REFUSED = Outcome(DeliveryState.FAILED, "550 5.7.515", Meaning.SENDER_REFUSED)


class Relay:
    """A transport in memory; `answer` says what becomes of the n-th letter at its final dot."""

    def __init__(
        self,
        answer=lambda _number: ACCEPTED,
        limits=None,
        on_dot=lambda _number: None,
        room=1000,
        dot_s=0,
    ):
        self.answer, self.on_dot = answer, on_dot
        self._limits = limits or Limits()
        self.room, self.dot_s = room, dot_s
        self.letters = []
        self.dots_s = []
        self.most_open = self.open = 0

    async def limits(self):
        return self._limits

    async def connect(self):
        if self.open == self.room:
            raise Unreachable("it takes no more connections")
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
        self.relay.dots_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.relay.dot_s)
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


@pytest.mark.parametrize("connections", [1, 10, 50])
def test_what_is_refused_by_policy_stops_the_run_within_twenty_letters_and_suppresses_nobody(
    ledger, tmp_path, connections
):
    relay = Relay(lambda _: REFUSED, dot_s=0.01)

    report = run(ledger, relay, max_connections=connections)

    database = make_database(tmp_path)
    assert len(relay.letters) == 20
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


@pytest.mark.parametrize(("room", "canary"), [(1, 10), (2, 50), (3, 4), (1, 1), (4, 100)])
def test_a_canary_goes_on_over_as_few_connections_as_the_relay_takes(ledger, room, canary):
    relay = Relay(room=room)

    report = run(ledger, relay, canary=canary, max_connections=10)

    assert report.total == Account(accepted=100)
    assert relay.most_open == room


def test_a_busy_relay_that_takes_few_connections_gets_every_letter_over_those(ledger):
    busy = Outcome(DeliveryState.QUEUED, "421", Meaning.RELAY_BUSY, is_connection_usable=False)
    relay = Relay(lambda number: busy if number in {40, 41} else ACCEPTED, room=2, dot_s=0.001)

    assert run(ledger, relay, max_connections=10).total == Account(accepted=100)


def test_a_relay_that_takes_more_connections_later_gets_them(ledger, monkeypatch):
    monkeypatch.setattr("statusgen.mail.delivery.run._ASK_AGAIN_S", 0.1)
    relay = Relay(on_dot=lambda _number: setattr(relay, "room", 5), room=1, dot_s=0.02)

    report = run(ledger, relay, max_connections=10)

    assert report.total == Account(accepted=100)
    assert relay.most_open == 5


def test_a_letter_given_back_just_when_the_last_connection_ends_does_not_rest(tmp_path):
    database = make_database(tmp_path)
    queue_letters(database, "ann", "bob")
    taken = asyncio.Event()
    relay = Relay(on_dot=lambda _number: taken.set(), dot_s=0.1)
    connect, tries = relay.connect, []

    class SlowAtTheEnd(SlowJournal):
        has_dot = True

        async def write(self, results, dot):
            self.has_dot = dot is not None
            return await super().write(results, dot)

        def stall_s(self):
            return 0 if self.has_dot else 0.3

    async def refuse_the_second():
        tries.append(1)
        if len(tries) == 2:
            await taken.wait()
            await asyncio.sleep(0.15)
            raise Unreachable("it takes no more connections")
        return await connect()

    async def send_all(loop):
        rules = DeliveryRules(max_connections=2, patience_s=0.5)
        assert await send(loop, SqlLedger(database), relay, rules, SlowAtTheEnd) == 2

    relay.connect = refuse_the_second
    took = run_virtually(send_all)
    database.close()

    assert took.now_s < 15  # and not the 30 s after which a relay is asked for more connections


@pytest.mark.parametrize("connections", [1, 4, 10])
def test_a_relay_that_answers_to_no_letter_is_left_alone_before_many_may_have_it(
    ledger, connections
):
    relay = Relay(lambda _: DOUBT)

    reports = [run(ledger, relay, max_connections=connections) for _ in range(2)]

    assert [type(report.trouble) for report in reports] == [MailError] * 2
    assert "nobody knows whether they arrived" in str(reports[0].trouble)
    assert reports[0].total.in_doubt <= 20 + connections
    assert len({letter.recipient for letter in relay.letters}) <= 2 * (20 + connections)


def test_a_relay_that_answers_now_and_then_is_left_alone_too(ledger):
    relay = Relay(lambda number: ACCEPTED if number % 2 else DOUBT)

    report = run(ledger, relay, max_connections=1)

    assert "20 of the last" in str(report.trouble)


def test_a_relay_that_is_started_anew_costs_one_answer_a_connection_and_stops_nothing(ledger):
    relay = Relay(lambda number: DOUBT if 50 < number <= 60 else ACCEPTED, dot_s=0.001)

    report = run(ledger, relay, max_connections=10)

    assert report.trouble is None
    assert report.total == Account(accepted=90, in_doubt=10)


def test_one_blip_when_the_transport_is_asked_for_its_limits_stops_nothing(ledger):
    class Blip(Relay):
        asked = 0

        async def limits(self):
            self.asked += 1
            if self.asked == 1:
                raise Unreachable("SES can't be reached")
            return Limits()

    assert run(ledger, Blip()).total == Account(accepted=100)


@pytest.mark.parametrize("error", [Unreachable("away"), MailError("no credentials")], ids=str)
def test_a_transport_that_does_not_tell_its_limits_leaves_every_letter_owed(ledger, error):
    class Dark(Relay):
        async def limits(self):
            raise error

    report = run(ledger, Dark())

    assert report.trouble is error
    assert report.total == Account(queued=100)


class Ill:
    """A ledger one of whose beats fails."""

    def __init__(self, ledger):
        self.ledger, self.beats = ledger, 0

    def __getattr__(self, name):
        return getattr(self.ledger, name)

    def beat(self, sender):
        self.beats += 1
        if self.beats == 3:
            raise DatabaseError("used by two at once, once")
        return self.ledger.beat(sender)


def test_a_beat_that_fails_once_costs_nothing_and_the_heart_goes_on(ledger):
    ill = Ill(ledger)

    report = run(ill, Relay(dot_s=0.02), beat_s=0.05)

    assert report.total == Account(accepted=100)
    assert report.trouble is None
    assert ill.beats > 4


@pytest.mark.parametrize("heeds_news", [True, False])
def test_a_new_edition_ends_a_run_whose_rest_is_left_to_the_next(ledger, heeds_news):
    def publish(number):
        if number == 20:
            ledger.new_edition()

    relay = Relay(on_dot=publish, dot_s=0.02)

    report = run(ledger, relay, beat_s=0.05, max_connections=2, heeds_news=heeds_news)

    assert report.trouble is None
    if heeds_news:
        assert 20 < report.total.accepted < 100
        assert report.total.accepted + report.total.queued == 100
    else:
        assert report.total == Account(accepted=100)


def test_news_while_the_relay_is_away_is_no_trouble(ledger):
    class Away(Relay):
        async def connect(self):
            ledger.new_edition()
            raise Unreachable("nobody is there")

    report = run(ledger, Away(), beat_s=0.05)

    assert report.trouble is None
    assert report.total == Account(queued=100)


@pytest.fixture
def few_at_a_time(monkeypatch):
    monkeypatch.setattr(feed, "_BATCH", 10)  # else the first sender takes all that these tests have


class SlowJournal(Journal):
    """Its thread takes `stall_s()` of the loop's time for a job; the others queue up meanwhile."""

    def __init__(self, *given):
        super().__init__(*given)
        self._queue = asyncio.Lock()

    async def run(self, work):
        async with self._queue:
            await asyncio.sleep(self.stall_s())
            return await super().run(work)


async def send(loop, ledger, relay, rules, journal_class=Journal):
    """Have a sender send what there is, by the clock of the loop; return how many it sent."""
    sender = ledger._database.write(  # noqa: SLF001 - a file would have one sender only
        lambda it: senders.enlist(it, US, lambda _: False, 60)
    )
    with closing(journal_class(ledger, sender, lambda: NOW)) as journal:
        letters = (make_letter, [ONE.update_id], rules, lambda _: None)
        one = DeliveryRun(journal, relay, *letters, clock=loop.time)
        await one.send_all()
        await journal.run(lambda: ledger.dismiss(sender))
    return one.tally.counts[DeliveryState.ACCEPTED]


def two_runs(ledger, relay, beat_s, later_s, **rules):
    """Have two senders send what there is, one of them later, in virtual time."""
    rules = DeliveryRules(beat_s=beat_s, **rules)
    sent = []

    async def send_later(loop, after_s):
        await asyncio.sleep(after_s)
        return await send(loop, ledger, relay, rules)

    async def send_both(loop):
        sent.extend(await asyncio.gather(send_later(loop, 0), send_later(loop, later_s)))

    run_virtually(send_both)
    return sent


def test_a_limit_of_ours_is_kept_in_every_second(ledger):
    relay = Relay(dot_s=0.03)
    rules = DeliveryRules(max_per_second=20, max_connections=10)

    async def send_all(loop):
        assert await send(loop, ledger, relay, rules) == 100

    took = run_virtually(send_all)

    assert max(sum(a <= b < a + 1 for b in relay.dots_s) for a in relay.dots_s) <= 20
    assert took.now_s < 100 / 20 * 1.1


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("later_s", [0, 0.3])
def test_two_senders_together_keep_within_the_connections_that_were_set(ledger, later_s):
    relay = Relay(dot_s=0.05)

    sent = two_runs(ledger, relay, 0.4, later_s, max_connections=5)

    assert sum(sent) == 100
    assert min(sent) >= 10
    assert relay.most_open == 5


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("later_s", [0, 0.3])
def test_two_senders_together_keep_within_the_rate_that_was_set(ledger, later_s):
    relay = Relay()

    sent = two_runs(ledger, relay, 0.2, later_s, max_per_second=41, max_connections=10)

    assert sum(sent) == 100
    assert min(sent) >= 10
    for at_s in relay.dots_s:
        assert sum(at_s <= one_s < at_s + 1 for one_s in relay.dots_s) <= 41


def test_a_sender_for_whom_no_connection_is_left_takes_nothing_in_hand(ledger):
    relay = Relay(dot_s=0.005)

    assert two_runs(ledger, relay, 0.1, 0.05, max_connections=1) == [100, 0]


def test_a_commit_that_stalls_lets_no_letters_out_in_a_rush(ledger):
    class Stalling(SlowJournal):
        jobs = 0

        def stall_s(self):
            self.jobs += 1
            return 1 if self.jobs == 20 else 0

    relay = Relay()
    rules = DeliveryRules(max_per_second=50, max_connections=10)

    async def send_all(loop):
        assert await send(loop, ledger, relay, rules, Stalling) == 100

    run_virtually(send_all)

    assert max(sum(a <= b < a + 1 for b in relay.dots_s) for a in relay.dots_s) <= 50


def test_a_letter_lost_on_the_way_is_queued_again_and_sent_in_the_same_run(ledger):
    lost = Outcome(DeliveryState.QUEUED, is_connection_usable=False)
    relay = Relay(lambda number: lost if number in {20, 50, 101} else ACCEPTED)

    report = run(ledger, relay)

    assert report.total == Account(accepted=100)
    assert len(relay.letters) == 103


def test_letters_that_are_held_stop_at_once(ledger):
    relay = Relay(on_dot=lambda number: number == 10 and ledger.hold_all(NOW))

    report = run(ledger, relay)

    assert "letters are held" in str(report.trouble)
    assert len(relay.letters) <= 10 + 4
    assert account(ledger, ONE).owed == 100 - len(relay.letters)


def test_a_rehearsal_goes_past_a_hold_to_those_who_are_named_only(ledger):
    ledger.hold_all(NOW)
    relay = Relay()

    report = run(ledger, relay, only=frozenset({3, 5}))

    assert report.trouble is None
    assert len(relay.letters) == report.sent == 2
    assert ledger.is_held()


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
    assert isinstance(report.trouble, SenderGone)
    assert report.total == Account(
        accepted=5, queued=95
    )  # the last one's answer is true all the same


def make_publisher():
    from statusgen.targets.manifest import Publisher  # noqa: PLC0415

    return Publisher("kim", "there", "boot 2 1.00")


def test_stale_letters_are_not_sent(tmp_path):
    database = make_database(tmp_path)
    ledger = SqlLedger(database)
    queue_letters(database, "ann")
    ledger.queue(make_update(2), EVERYBODY, NOW, NOW - timedelta(seconds=1))

    report = deliver(ledger, Relay(), make_letter, ["login/02"], NOW)

    assert report.total == Account(expired=1)
    database.close()


def test_news_grows_stale_while_the_machine_sleeps(tmp_path, monkeypatch):
    database = make_database(tmp_path)
    ledger = SqlLedger(database)
    queue_letters(database, *(f"p{number}" for number in range(20)))
    ledger.queue(make_update(2), EVERYBODY, NOW, NOW + timedelta(hours=4))
    passing_s = 0.0
    monkeypatch.setattr(clock, "_passing_s", lambda: passing_s)

    def close_the_lid(number):
        nonlocal passing_s
        passing_s = 5 * 3600.0 if number == 5 else passing_s

    relay = Relay(on_dot=close_the_lid)
    rules = DeliveryRules(max_connections=1)
    report = deliver(ledger, relay, make_letter, ["login/02"], NOW, rules)

    assert len(relay.letters) == 5
    assert report.total.accepted == 5
    assert report.total.expired == 15
    database.close()
