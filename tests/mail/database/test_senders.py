import time

import pytest

from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import Account, Standing, Trouble
from statusgen.targets.manifest import Publisher
from statusgen.values.value import replace
from tests.fakes.mail import EVERYBODY, NOW, US, account, claim, enlist
from tests.mail.database.conftest import ON_A_SERVER
from tests.mail.database.test_ledger import ONE, add

OTHER = Publisher("kim", "there", "boot 2 1.00")


def test_a_number_is_never_given_twice(ledger):
    first = enlist(ledger)
    ledger.dismiss(first)

    assert enlist(ledger).number > first.number


def test_who_takes_leave_gives_back_what_was_claimed(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = enlist(ledger)
    claim(ledger, sender, ONE)

    ledger.dismiss(sender)

    assert account(ledger, ONE) == Account(queued=2)
    assert claim(ledger, sender, ONE) == ()
    assert ledger.beat(sender) is None


def test_a_sender_that_beats_is_left_alone_and_one_that_does_not_is_settled(book, database):
    if database.path is not None:
        return_to_file(database)
        return
    ledger, hasty = SqlLedger(database), SqlLedger(database, lease_s=-1)
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    alive, late = enlist(ledger), enlist(hasty, OTHER, others_are_gone=False)
    claim(ledger, alive, ONE, 1)
    (letter,) = claim(ledger, late, ONE, 1)
    ledger.record(late, [], [letter], NOW)

    assert ledger.beat(alive) == Standing(0, 1)

    assert account(ledger, ONE) == Account(claimed=1, in_doubt=1)
    assert ledger.beat(late) is None


def return_to_file(database):
    """A file has one user at a time: whoever enlists settles everybody else."""
    ledger = SqlLedger(database)
    first = enlist(ledger)

    enlist(ledger, OTHER)

    assert ledger.beat(first) is None


def test_senders_know_which_of_how_many_they_are(database):
    if database.path is not None:
        return  # a file has one user at a time
    ledger, hasty = SqlLedger(database), SqlLedger(database, lease_s=-1)
    first = enlist(ledger)
    second, third = (enlist(ledger, OTHER, others_are_gone=False) for _ in range(2))
    enlist(hasty, OTHER, others_are_gone=False)  # not heard of any more

    standings = [ledger.beat(one) for one in (first, second, third)]
    ledger.dismiss(first)

    assert standings == [Standing(0, 3), Standing(1, 3), Standing(2, 3)]
    assert ledger.beat(third) == Standing(1, 2)


@pytest.mark.parametrize("url", [ON_A_SERVER], indirect=True)
@pytest.mark.parametrize("hours", [-1, 1])
def test_whose_clock_is_wrong_settles_nobody_and_is_not_settled(ledger, monkeypatch, hours):
    ours = enlist(ledger)
    now_s = time.time
    monkeypatch.setattr("time.time", lambda: now_s() + hours * 3600)
    theirs = enlist(ledger, OTHER, others_are_gone=False)

    their_standing = ledger.beat(theirs)
    monkeypatch.undo()

    assert (their_standing, ledger.beat(ours)) == (Standing(1, 2), Standing(0, 2))


def test_a_new_edition_shows_with_the_next_beat(ledger):
    sender = enlist(ledger)
    before = ledger.beat(sender)

    ledger.new_edition()
    once, again = ledger.beat(sender), ledger.beat(sender)
    ledger.new_edition()

    assert before.edition == ""
    assert once.edition == again.edition != ""
    assert ledger.beat(sender).edition not in {"", once.edition}


def test_a_process_that_has_ended_is_settled_at_once(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    claim(ledger, enlist(ledger, OTHER), ONE)

    ledger.enlist(US, lambda publisher: publisher == OTHER)

    assert account(ledger, ONE) == Account(queued=1)


def test_while_letters_are_held_no_dot_goes_out(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE)

    ledger.hold_all(NOW)
    ledger.hold_all(NOW)
    held = ledger.is_held(), ledger.record(sender, [], letters, NOW)
    ledger.release_all()

    assert held == (True, frozenset())
    assert not ledger.is_held()
    assert len(ledger.record(sender, [], letters, NOW)) == 1


def test_a_rehearsal_passes_the_hold(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = replace(enlist(ledger), passes_hold=True)
    letters = claim(ledger, sender, ONE, limit=1)
    ledger.hold_all(NOW)

    granted = ledger.record(sender, [], letters, NOW)

    assert len(granted) == 1
    assert ledger.is_held()


def test_who_sends_is_known_until_it_takes_leave(ledger):
    sender = enlist(ledger)
    during = ledger.senders()
    ledger.dismiss(sender)

    assert during == (US,)
    assert ledger.senders() == ()


def test_who_was_not_heard_of_for_long_is_not_said_to_send(database):
    enlist(SqlLedger(database, lease_s=-1))

    assert SqlLedger(database).senders() == ()


def test_why_the_last_run_stopped_is_known_until_one_does_not(ledger):
    first, second = (Trouble(NOW, text) for text in ("it is away; wait", "it is full"))

    told = []
    for trouble in (None, first, second, None):
        ledger.dismiss(enlist(ledger), trouble)
        told.append(ledger.last_trouble())

    assert told == [None, first, second, None]
