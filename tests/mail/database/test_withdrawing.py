from datetime import timedelta

import pytest

from statusgen.mail.letter_states import HELD, Account, DeliveryState, Outcome, Result
from statusgen.mail.subscribers.subscriber import SubscriberState
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    account,
    claim,
    claimable,
    cut_off,
    enlist,
    finish,
    make_update,
)
from tests.mail.database.test_ledger import ONE, THREE, TWO, add

DEFERRED = Outcome(DeliveryState.DEFERRED, "451 4.3.0")
UNSENT = Outcome(DeliveryState.QUEUED)
REFUSED = Outcome(DeliveryState.FAILED, "550 5.7.1")
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def at_its_dot(book, ledger):
    """A sender with a letter at its final dot; the update is stale in four hours."""
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW, NOW + timedelta(hours=4))
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE)
    ledger.record(sender, [], letters, NOW)
    return sender, letters[0]


@pytest.mark.parametrize("outcome", [DEFERRED, UNSENT])
def test_a_held_letter_that_comes_back_is_suppressed(ledger, at_its_dot, outcome):
    sender, letter = at_its_dot

    ledger.hold(ONE.update_id, NOW)
    ledger.record(sender, [Result(letter, outcome)], [], NOW)

    assert account(ledger, ONE) == Account(suppressed=1)


@pytest.mark.parametrize("outcome", [DEFERRED, UNSENT])
def test_an_overtaken_letter_that_comes_back_is_superseded(ledger, at_its_dot, outcome):
    sender, letter = at_its_dot

    ledger.queue(TWO, EVERYBODY, NOW, supersedes=True)
    ledger.record(sender, [Result(letter, outcome)], [], NOW)

    assert account(ledger, ONE) == Account(superseded=1)
    assert account(ledger, TWO) == Account(queued=1)


def test_a_stale_letter_that_comes_back_expires(ledger, at_its_dot):
    sender, letter = at_its_dot

    ledger.record(sender, [Result(letter, DEFERRED)], [], LATER)

    assert account(ledger, ONE) == Account(expired=1)


def test_a_withdrawn_letter_that_was_accepted_or_refused_says_so(ledger, at_its_dot):
    sender, letter = at_its_dot
    ledger.hold(ONE.update_id, NOW)

    ledger.record(sender, [Result(letter, REFUSED)], [], NOW)
    refused = account(ledger, ONE)
    ledger.record(sender, [Result(letter, ACCEPTED)], [], NOW)

    assert (refused, account(ledger, ONE)) == (Account(failed=1), Account(accepted=1))


def withdraw(ledger, why):
    """Withdraw ONE; return when a run looks at it next."""
    if why == "held":
        ledger.hold(ONE.update_id, NOW)
    if why == "superseded":
        ledger.queue(TWO, EVERYBODY, NOW, supersedes=True)
    return LATER if why == "stale" else NOW


@pytest.mark.usefixtures("at_its_dot")
@pytest.mark.parametrize("why", ["held", "superseded", "stale"])
def test_what_is_in_doubt_when_it_is_withdrawn_stays_so_and_is_not_owed(ledger, why):
    now = withdraw(ledger, why)
    sender = enlist(ledger)  # the other was killed

    ledger.prepare([ONE.update_id], InDoubt.RESEND, now)

    assert claim(ledger, sender, ONE, now=now) == ()
    assert account(ledger, ONE) == Account(in_doubt=1)
    assert ONE.update_id not in dict(ledger.backlog(InDoubt.RESEND))


@pytest.mark.parametrize("why", ["held", "superseded", "stale"])
def test_nothing_that_was_withdrawn_can_be_tried_again(book, ledger, why):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW, NOW + timedelta(hours=4))
    finish(ledger, ONE, REFUSED, count=1)
    finish(ledger, ONE, DOUBT, count=1)
    now = withdraw(ledger, why)

    states = [DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.SUPPRESSED]

    assert ledger.retry(ONE.update_id, states, now) == 0
    assert account(ledger, ONE) == Account(failed=1, in_doubt=1)


def test_the_end_overtakes_earlier_updates_for_those_only_who_get_it(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)
    book.set_state(book.find("bob@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)

    ledger.queue(THREE, EVERYBODY, NOW, supersedes=True)

    assert account(ledger, ONE) == Account(accepted=1, queued=1, superseded=1)
    assert account(ledger, THREE) == Account(queued=2)


def test_an_update_and_what_it_overtakes_are_written_together(book, ledger, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    monkeypatch.setattr("statusgen.mail.database.withdrawing.supersede", stop)

    with pytest.raises(KeyboardInterrupt):
        ledger.queue(TWO, EVERYBODY, NOW, supersedes=True)

    assert list(ledger.known_updates()) == [ONE.update_id]


def test_what_is_held_counts_only_what_would_have_gone_out(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)
    finish(ledger, ONE, DOUBT, count=1)

    assert ledger.hold(ONE.update_id, NOW) == 1
    assert ledger.hold(ONE.update_id, NOW) == 0
    assert account(ledger, ONE) == Account(accepted=1, in_doubt=1, suppressed=1)


def test_an_update_that_was_skipped_is_settled_for_good_when_held(ledger):
    ledger.record_skipped([make_update(1, skipped="claimed by another ledger")], NOW)
    ledger.queue(TWO, EVERYBODY, NOW)

    ledger.hold(ONE.update_id, NOW)
    ledger.hold(TWO.update_id, NOW)

    assert ledger.skips() == {ONE.update_id: HELD, TWO.update_id: ""}


def test_what_is_held_is_not_sent_even_if_it_was_in_flight(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    cut_off(ledger, ONE, 1)

    ledger.hold(ONE.update_id, NOW)

    assert claimable(ledger, ONE) == 0
    assert ledger.backlog(InDoubt.RESEND) == ()
    assert account(ledger, ONE) == Account(in_doubt=1, suppressed=1)


def test_stale_letters_expire_but_not_what_was_sent_or_is_in_doubt(book, ledger):
    add(book, "ann", "bob", "cy", "dee")
    end = NOW + timedelta(hours=4)
    ledger.queue(ONE, EVERYBODY, NOW, end)
    finish(ledger, ONE, ACCEPTED, count=1)
    finish(ledger, ONE, DEFERRED, count=1)
    cut_off(ledger, ONE, 1)
    sender = enlist(ledger)

    ledger.prepare([ONE.update_id], InDoubt.RESEND, end)

    assert claim(ledger, sender, ONE, now=end) == ()
    assert account(ledger, ONE) == Account(accepted=1, in_doubt=1, expired=2)


def test_letters_expire_while_a_run_is_under_way(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW, NOW + timedelta(hours=4))
    sender = enlist(ledger)
    claim(ledger, sender, ONE, 1)

    assert claim(ledger, sender, ONE, now=NOW + timedelta(hours=5)) == ()
    assert account(ledger, ONE) == Account(expired=2)
