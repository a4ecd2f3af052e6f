"""A worker between rounds: what it waits for, what ends it, and what it says meanwhile."""

from contextlib import nullcontext
from datetime import timedelta
from itertools import pairwise

import pytest

from statusgen.errors import DatabaseError, MailError, Refused
from statusgen.mail.delivery.heartbeat import SenderGone
from statusgen.mail.letter_states import ALL_HELD, DeliveryState, Outcome, Result
from statusgen.mail.transports.transport import Unreachable
from statusgen.mail.working import (
    GIVE_UP_AFTER,
    RESTARTED_AFTER,
    Remaining,
    Round,
    Worker,
    look,
)
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import (
    ACCEPTED,
    EVERYBODY,
    NOW,
    claim,
    enlist,
    finish,
    make_database,
    make_update,
    queue_letters,
)

ONE = make_update(1)
BUSY = Outcome(DeliveryState.DEFERRED, "451 4.3.0")
DARK = Unreachable("the relay can't be reached")


@pytest.fixture
def ledger(tmp_path):
    database = make_database(tmp_path)
    yield queue_letters(database, "ann", "bob")
    database.close()


class FakeWorld:
    """Time that passes only while somebody waits; what is due at a time happens then."""

    def __init__(self, *events):
        self.passed = timedelta()
        self.said = []
        self._events = list(events)

    def now(self):
        return NOW + self.passed

    def wait(self, seconds):
        self.passed += timedelta(seconds=seconds)
        assert self.passed < timedelta(days=1), self.said
        while self._events and self.passed >= self._events[0][0]:
            self._events.pop(0)[1]()

    def tell(self, text):
        self.said.append(text)


def sends(ledger, world, outcome=ACCEPTED):
    """A round that sends all there is to send at its time."""

    def make_round():
        sender = enlist(ledger)
        ledger.prepare([ONE.update_id], InDoubt.RESEND, world.now(), waits=True)
        letters = ledger.claim(sender, ONE.update_id, 9, world.now(), waits=True)
        ledger.dismiss(sender)
        if letters:
            finish_claimed(ledger, outcome if not world.passed else ACCEPTED, world.now())
        return Round(sent=len(letters))

    return make_round


def finish_claimed(ledger, outcome, now):
    sender = enlist(ledger)
    letters = ledger.claim(sender, ONE.update_id, 9, now, waits=True)
    ledger.record(sender, [], letters, now)
    ledger.record(sender, [Result(one, outcome) for one in letters], [], now)
    ledger.dismiss(sender)


def worker(ledger, world, make_round, **options):
    return Worker(ledger, InDoubt.RESEND, make_round, world, **options)


def test_it_ends_when_nothing_is_owed(ledger):
    world = FakeWorld()

    trouble = worker(ledger, world, sends(ledger, world)).work()

    assert (trouble, world.passed, world.said) == (None, timedelta(), [])
    assert ledger.account(ONE.update_id).accepted == 2


def test_it_waits_until_deferred_letters_are_due_and_no_longer(ledger):
    world = FakeWorld()

    trouble = worker(ledger, world, sends(ledger, world, BUSY)).work()

    assert trouble is None
    assert ledger.account(ONE.update_id).accepted == 2
    assert timedelta(minutes=1) <= world.passed <= timedelta(minutes=1, seconds=10)
    assert world.said == ["2 deferred; the next may be tried again at 2026-11-21T02:05:00Z"]


def test_it_waits_while_letters_are_held_and_says_so_once(ledger):
    ledger.hold_all(NOW)
    world = FakeWorld((timedelta(minutes=5), ledger.release_all))

    trouble = worker(ledger, world, sends(ledger, world)).work()

    assert (trouble, world.said) == (None, [ALL_HELD])
    assert timedelta(minutes=5) <= world.passed <= timedelta(minutes=5, seconds=2)


def test_a_hold_in_the_middle_of_a_round_ends_nothing(ledger):
    world = FakeWorld((timedelta(minutes=1), ledger.release_all))
    rounds = iter([Round(trouble=MailError("letters are held"))])

    def make_round():
        first = next(rounds, None)
        if first is None:
            return sends(ledger, world)()
        ledger.hold_all(NOW)
        return first

    assert worker(ledger, world, make_round).work() is None
    assert ledger.account(ONE.update_id).accepted == 2


def test_a_silent_relay_is_tried_for_an_hour(ledger):
    world = FakeWorld()
    rounds = []

    def make_round():
        rounds.append(world.passed)
        return Round(trouble=DARK)

    trouble = worker(ledger, world, make_round).work()

    assert trouble is DARK
    assert GIVE_UP_AFTER <= world.passed <= GIVE_UP_AFTER + timedelta(minutes=1)
    waits_s = [(b - a).total_seconds() for a, b in pairwise(rounds)]
    assert all(w / 2 <= s <= w for w, s in zip([1, 2, 4, 8, 16, 32, 60, 60], waits_s, strict=False))
    assert world.said == [f"trying on; {DARK}"]


def test_a_relay_that_comes_back_has_the_rest(ledger):
    world = FakeWorld()

    def make_round():
        if world.passed < timedelta(minutes=50):
            return Round(trouble=DARK)
        return sends(ledger, world)()

    assert worker(ledger, world, make_round).work() is None
    assert ledger.account(ONE.update_id).accepted == 2


LOST = DatabaseError("the database lost the connection")


@pytest.mark.parametrize("error", [DARK, LOST, SenderGone()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("forever", [False, True])
@pytest.mark.parametrize("is_raised", [False, True])
def test_what_passes_by_itself_is_said_once_and_ends_nothing(ledger, error, forever, is_raised):
    world = FakeWorld()

    def make_round():
        if world.passed >= timedelta(minutes=3):
            sends(ledger, world)()
            return stop() if forever else Round(sent=2)
        if is_raised or isinstance(error, DatabaseError):
            raise error
        return Round(trouble=error)

    working = worker(ledger, world, make_round, forever=forever)
    if forever:
        with pytest.raises(KeyboardInterrupt):
            working.work()
    else:
        assert working.work() is None

    assert ledger.account(ONE.update_id).accepted == 2
    assert world.said == [f"trying on; {error}"]


def test_a_database_that_is_away_for_the_worker_itself_is_waited_for_too(ledger):
    class Restarting:
        def __getattr__(self, name):
            if world.passed < timedelta(minutes=1):
                raise LOST
            return getattr(ledger, name)

    world = FakeWorld()

    assert worker(Restarting(), world, sends(ledger, world)).work() is None
    assert ledger.account(ONE.update_id).accepted == 2


def test_a_database_that_does_not_come_back_ends_it_but_not_for_ever(ledger):
    world = FakeWorld()

    def make_round():
        if world.passed > timedelta(hours=5):
            stop()
        raise LOST

    with pytest.raises(DatabaseError):
        worker(ledger, world, make_round).work()
    assert RESTARTED_AFTER <= world.passed <= RESTARTED_AFTER + timedelta(minutes=1)
    with pytest.raises(KeyboardInterrupt):
        worker(ledger, world, make_round, forever=True).work()


@pytest.mark.parametrize("forever", [False, True])
def test_trouble_that_somebody_has_to_mend_ends_it_at_once(ledger, forever):
    world, trouble = FakeWorld(), MailError("the relay refused the sender")
    failing = worker(ledger, world, lambda: Round(trouble=trouble), forever=forever)

    assert failing.work() is trouble
    assert world.passed == timedelta()


def test_a_page_that_does_not_show_it_ends_it_but_not_for_ever(ledger):
    world = FakeWorld()
    refused = Refused("the page does not show it")

    def make_round():
        if world.passed < timedelta(minutes=2):
            raise refused
        return stop()

    with pytest.raises(Refused):
        worker(ledger, world, make_round).work()
    with pytest.raises(KeyboardInterrupt):
        worker(ledger, world, make_round, forever=True).work()
    assert world.said == [str(refused)]


def stop():
    raise KeyboardInterrupt


def test_for_ever_it_waits_for_what_is_queued_next(ledger):
    finish(ledger, ONE, ACCEPTED)
    two = make_update(2)
    world = FakeWorld((timedelta(minutes=3), lambda: ledger.queue(two, EVERYBODY, NOW)))
    seen = []

    def make_round():
        backlog = [update_id for update_id, _ in ledger.backlog(InDoubt.RESEND)]
        seen.append(backlog)
        return stop() if backlog else Round()

    with pytest.raises(KeyboardInterrupt):
        worker(ledger, world, make_round, forever=True).work()

    assert seen[-1] == [two.update_id]
    assert timedelta(minutes=3) <= world.passed <= timedelta(minutes=3, seconds=5)
    assert world.said == ["nothing is owed; waiting for the next publish"]


def test_another_run_is_waited_for(ledger):
    world = FakeWorld()
    rounds = iter([Round(is_busy=True)])

    trouble = worker(ledger, world, lambda: next(rounds, None) or sends(ledger, world)()).work()

    assert trouble is None
    assert "another statusgen is sending" in world.said[0]


def test_what_another_sender_has_in_hand_is_waited_for(ledger):
    sender = enlist(ledger)
    claim(ledger, sender, ONE)
    world = FakeWorld((timedelta(seconds=20), lambda: ledger.dismiss(sender)))

    def make_round():
        if world.passed < timedelta(seconds=20):
            return Round()
        return sends(ledger, world)()

    assert worker(ledger, world, make_round).work() is None
    assert "in the hands of other senders" in world.said[0]
    assert ledger.account(ONE.update_id).accepted == 2


def test_letters_without_a_file_here_keep_nobody(ledger):
    world = FakeWorld()

    assert worker(ledger, world, lambda: Round((ONE.update_id,))).work() is None
    assert ledger.account(ONE.update_id).queued == 2


@pytest.mark.parametrize("forever", [False, True])
def test_what_is_queued_during_a_round_is_sent_by_the_next(ledger, forever):
    two, world, rounds = make_update(2), FakeWorld(), []

    def make_round():
        rounds.append(world.passed)
        if len(rounds) > 1:
            finish(ledger, two, ACCEPTED)
            return stop() if forever else Round(sent=2)
        ledger.queue(two, EVERYBODY, NOW)
        return sends(ledger, world)()

    with pytest.raises(KeyboardInterrupt) if forever else nullcontext():
        worker(ledger, world, make_round, forever=forever).work()

    assert len(rounds) == 2
    assert rounds[1] < timedelta(seconds=5)
    assert world.said == []


def test_what_is_left_is_told_apart(ledger):
    assert look(ledger, InDoubt.RESEND, NOW) == Remaining(2, 2, is_ready=True)
    finish(ledger, ONE, BUSY)
    later = NOW + timedelta(minutes=1)
    assert look(ledger, InDoubt.RESEND, NOW) == Remaining(2, next_due=later)
    assert look(ledger, InDoubt.RESEND, later).is_ready
    assert look(ledger, InDoubt.RESEND, NOW, [ONE.update_id]) == Remaining()
