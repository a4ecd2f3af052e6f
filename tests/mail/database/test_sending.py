from datetime import timedelta

import pytest
from sqlalchemy import update

from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.database.schema import subscriber
from statusgen.mail.letter_states import Account, DeliveryState, Outcome
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
)
from tests.mail.database.test_ledger import ONE, add

DEFERRED = Outcome(DeliveryState.DEFERRED, "451 4.3.0")


def test_a_claim_goes_on_past_those_who_left(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    for part in ("ann", "bob"):
        book.set_state(book.find(f"{part}@example.com").id, SubscriberState.COMPLAINED, NOW)

    (letter,) = claim(ledger, enlist(ledger), ONE, limit=1)

    assert letter.subscriber.address == "cy@example.com"


@pytest.mark.parametrize(
    "damage",
    [
        {"address": "a\nb@example.com"},
        {"address": "no at sign"},
        {"address": "a,b@example.com"},
        {"address": "<a@example.com>"},
        {"address": ""},
        {"address": "x" * 250 + "@example.com"},
        {"token": "sub_ü"},
        {"token": "../b"},
    ],
    ids=str,
)
def test_an_entry_that_is_damaged_stops_nobody_elses_letter(book, ledger, database, damage):
    add(book, "ann", "bob", "cy")
    bob = book.find("bob@example.com")
    ledger.queue(ONE, EVERYBODY, NOW)
    with database.writing() as connection:
        connection.execute(update(subscriber).where(subscriber.c.id == bob.id).values(damage))

    letters = finish(ledger, ONE, ACCEPTED)

    assert [one.subscriber.address for one in letters] == ["ann@example.com", "cy@example.com"]
    assert account(ledger, ONE) == Account(accepted=2, failed=1)
    [why] = ledger.unsent([ONE.update_id])
    assert (why.reason, "subscribers remove" in why.remedy) == (
        "the subscriber's entry in the database is damaged",
        True,
    )
    assert all(one.id != bob.id for one in ledger.sample("login", EVERYBODY, 3))


def test_a_letter_in_doubt_is_sent_once_more_and_not_for_ever(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)

    (first,) = finish(ledger, ONE, DOUBT)
    (second,) = finish(ledger, ONE, DOUBT)

    assert (first.is_copy, second.is_copy) == (False, True)
    assert claimable(ledger, ONE) == 0
    assert account(ledger, ONE) == Account(in_doubt=1)


def test_a_copy_that_a_crash_leaves_in_doubt_is_not_sent_a_third_time(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    sent = []
    for _ in range(3):
        sent += cut_off(ledger, ONE, 1)
        ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
        enlist(ledger)
        ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)

    assert [one.is_copy for one in sent] == [False, True]
    assert account(ledger, ONE) == Account(in_doubt=1)
    assert ledger.backlog(InDoubt.RESEND) == ((ONE.update_id, 0),)  # a report is missing
    assert ledger.retry(ONE.update_id, [DeliveryState.IN_DOUBT], NOW) == 1


def test_with_hold_a_letter_in_doubt_stays_where_it_is(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT)

    ledger.prepare([ONE.update_id], InDoubt.HOLD, NOW)

    assert account(ledger, ONE) == Account(in_doubt=1)


def test_who_waits_claims_a_deferred_letter_when_its_time_has_come(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DEFERRED)
    sender = enlist(ledger)
    soon, later = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)

    assert ledger.claim(sender, ONE.update_id, 9, later) == ()
    assert ledger.claim(sender, ONE.update_id, 9, soon, waits=True) == ()
    (letter,) = ledger.claim(sender, ONE.update_id, 9, later, waits=True)
    assert letter.attempts == 1


def test_letters_are_claimed_by_number_of_the_update_and_not_by_its_name(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.account(ONE.update_id)
    ledger.rename(ONE.update_id, "login/first")

    (letter,) = SqlLedger.claim(ledger, enlist(ledger), "login/first", 9, NOW)

    assert letter.update_id == "login/first"


def test_who_waits_leaves_deferred_letters_until_their_time_has_come(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DEFERRED)

    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW, waits=True)
    waiting = account(ledger, ONE)
    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)

    assert (waiting, account(ledger, ONE)) == (Account(deferred=1), Account(queued=1))


def test_a_rehearsal_leaves_deferred_letters_of_others_where_they_are(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451 4.3.0"))

    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW, only=[book.find("ann@example.com").id])

    assert account(ledger, ONE) == Account(queued=1, deferred=1)
