from datetime import timedelta
from threading import Event, Thread

import pytest

from statusgen.errors import DatabaseError
from statusgen.mail.database import recording
from statusgen.mail.database.engine import open_database
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import Account, DeliveryState, Outcome, Result
from statusgen.mail.subscribers.subscriber import SubscriberState
from statusgen.targets.manifest import Publisher
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    account,
    claim,
    cut_off,
    enlist,
    finish,
    make_update,
)
from tests.mail.database.conftest import ON_A_SERVER
from tests.mail.database.test_ledger import ONE, TWO, add

DEFERRED = Outcome(DeliveryState.DEFERRED, "451 4.3.0")
OTHER = Publisher("kim", "there", "boot 2 1.00")


def test_a_letter_is_in_one_hand_only_and_its_dot_goes_out_once(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = enlist(ledger)

    first = claim(ledger, sender, ONE, 1)
    second = claim(ledger, sender, ONE)

    assert [len(first), len(second)] == [1, 1]
    assert first[0].subscriber != second[0].subscriber
    assert len(ledger.record(sender, [], first, NOW)) == 1
    assert ledger.record(sender, [], first, NOW) == frozenset()
    assert account(ledger, ONE) == Account(claimed=1, dot=1)


def test_an_accepted_letter_stays_accepted(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = finish(ledger, ONE, ACCEPTED)
    sender = enlist(ledger)

    ledger.record(sender, [Result(letters[0], DOUBT)], letters, NOW)

    assert account(ledger, ONE) == Account(accepted=1)


def test_who_leaves_before_the_claim_or_before_the_dot_gets_nothing(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    book.set_state(book.find("ann@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE)
    book.erase(letters[0].subscriber.id, NOW)

    granted = ledger.record(sender, [], letters, NOW)

    assert granted == {(ONE.update_id, letters[1].subscriber.id)}
    assert account(ledger, ONE) == Account(suppressed=2, dot=1)


def test_a_deferred_letter_waits_longer_each_time(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    waits = []
    for _ in range(3):
        finish(ledger, ONE, DEFERRED)
        waits.append(ledger.next_due([ONE.update_id]) - NOW)

    assert [wait.total_seconds() / 60 for wait in waits] == [1, 5, 15]
    assert ledger.next_due(["no/1"]) is None


def test_what_a_killed_run_had_claimed_is_free_and_what_was_at_its_dot_is_in_doubt(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE, 2)
    ledger.record(sender, [], letters[:1], NOW)

    enlist(ledger)

    assert account(ledger, ONE) == Account(queued=2, in_doubt=1)
    assert ledger.record(sender, [Result(letters[0], DEFERRED)], letters, NOW) == frozenset()
    assert account(ledger, ONE) == Account(queued=2, in_doubt=1)


def test_that_a_letter_was_accepted_is_true_even_of_a_sender_that_was_settled(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = cut_off(ledger, ONE, 3)
    before = enlist(ledger)
    stopped = type(before)(before.number - 1)
    cy = letters[2]

    ledger.record(stopped, [Result(letters[0], ACCEPTED)], [], NOW)
    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
    ledger.record(stopped, [Result(letters[1], ACCEPTED)], [], NOW)
    claimed = claim(ledger, before, ONE)
    ledger.record(stopped, [Result(cy, ACCEPTED)], [], NOW)  # in another's hands by now

    assert [one.subscriber for one in claimed] == [cy.subscriber]
    assert account(ledger, ONE) == Account(accepted=2, claimed=1)


def test_a_settled_sender_sends_and_changes_nothing_in_anothers_hands(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = cut_off(ledger, ONE, 1)
    ours = enlist(ledger)
    stopped = type(ours)(ours.number - 1)
    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
    copies = claim(ledger, ours, ONE)

    granted = ledger.record(stopped, [], letters, NOW)
    ledger.record(ours, [], copies, NOW)
    ledger.record(stopped, [Result(letters[0], DEFERRED)], [], NOW)

    assert granted == frozenset()
    assert account(ledger, ONE) == Account(dot=1)


def test_what_has_become_too_old_since_it_was_claimed_expires_before_its_dot(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW, NOW + timedelta(hours=4))
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE)

    in_time = ledger.record(sender, [], letters[:1], NOW + timedelta(hours=3))
    late = ledger.record(sender, [], letters[1:], NOW + timedelta(hours=4))

    assert (len(in_time), late) == (1, frozenset())
    assert account(ledger, ONE) == Account(dot=1, expired=1)


@pytest.fixture
def two_senders(url, book, tmp_path):
    """Two ledgers over one database, each with its sender and the same four readers' letters."""
    databases = [open_database(url, tmp_path) for _ in range(2)]
    ledgers = [SqlLedger(one) for one in databases]
    add(book, "ann", "bob", "cy", "dee")
    found = []
    for ledger, update in zip(ledgers, (ONE, TWO), strict=True):
        ledger.queue(update, EVERYBODY, NOW)
        sender = enlist(ledger, others_are_gone=False)
        letters = claim(ledger, sender, update)
        ledger.record(sender, [], letters, NOW)
        found.append((ledger, sender, letters))
    yield found
    for one in databases:
        one.close()


def together(*works):
    """Do all at once; return what went wrong."""
    failed = []

    def run(work):
        try:
            work()
        except DatabaseError as error:
            failed.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return failed


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
@pytest.mark.parametrize("is_held", [True, False])
def test_a_letter_that_comes_back_at_the_moment_of_its_withdrawal_does_not_go_out(
    two_senders, monkeypatch, is_held
):
    (one, ours, letters), (two, *_) = two_senders
    written, withdrawn = Event(), Event()

    def sweep(*arguments):
        written.set()
        withdrawn.wait(0.5)  # in vain: whoever withdraws it waits for us
        return original(*arguments)

    def withdraw():
        written.wait(5)
        if is_held:
            two.hold(ONE.update_id, NOW)
        else:
            two.queue(make_update(9), EVERYBODY, NOW, supersedes=True)
        withdrawn.set()

    original = recording.sweep
    monkeypatch.setattr(recording, "sweep", sweep)
    back = [Result(letter, DEFERRED) for letter in letters]

    failed = together(lambda: one.record(ours, back, [], NOW), withdraw)

    assert failed == []
    end = Account(suppressed=4) if is_held else Account(superseded=4)
    assert one.account(ONE.update_id) == end
