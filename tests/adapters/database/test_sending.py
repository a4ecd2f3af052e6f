from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from statusgen.adapters.database.ledger import SqlLedger
from statusgen.model.delivery import Account, DeliveryState, InDoubt, Outcome, Result
from statusgen.model.replies import Meaning
from statusgen.model.subscriber import SubscriberState
from tests.adapters.database.test_ledger import ONE, add
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
    make_database,
    queue_letters,
)

DEFERRED = Outcome(DeliveryState.DEFERRED, "451 4.3.0")


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


def test_a_claim_goes_on_past_those_who_left(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    for part in ("ann", "bob"):
        book.set_state(book.find(f"{part}@example.com").id, SubscriberState.COMPLAINED, NOW)

    (letter,) = claim(ledger, enlist(ledger), ONE, limit=1)

    assert letter.subscriber.address == "cy@example.com"


def test_what_a_killed_run_had_claimed_is_free_and_what_was_at_its_dot_is_in_doubt(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    sender = enlist(ledger)
    letters = claim(ledger, sender, ONE, 2)
    ledger.record(sender, [], letters[:1], NOW)

    enlist(ledger)

    assert account(ledger, ONE) == Account(queued=2, in_doubt=1)
    assert ledger.record(sender, [Result(letters[0], ACCEPTED)], letters, NOW) == frozenset()
    assert account(ledger, ONE) == Account(queued=2, in_doubt=1)


def test_a_letter_in_doubt_is_sent_once_more_while_we_watch_and_not_for_ever(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)

    (first,) = finish(ledger, ONE, DOUBT)
    (second,) = finish(ledger, ONE, DOUBT)

    assert (first.is_copy, second.is_copy) == (False, True)
    assert claimable(ledger, ONE) == 0
    assert account(ledger, ONE) == Account(in_doubt=1)


def test_with_hold_a_letter_in_doubt_stays_where_it_is(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT)

    ledger.prepare([ONE.update_id], InDoubt.HOLD, NOW)

    assert account(ledger, ONE) == Account(in_doubt=1)


def test_a_deferred_letter_waits_longer_each_time(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    waits = []
    for _ in range(3):
        finish(ledger, ONE, DEFERRED)
        waits.append(ledger.next_due([ONE.update_id]) - NOW)

    assert [wait.total_seconds() / 60 for wait in waits] == [1, 5, 15]
    assert ledger.next_due(["no/1"]) is None


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
    assert account(ledger, ONE) == Account(claimed=1, expired=1)


def test_a_mailbox_that_is_not_there_is_not_written_to_again(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    gone = Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX)

    finish(ledger, ONE, gone, count=1)

    states = [one.state for one in book.subscribers()]
    assert states == [SubscriberState.BOUNCED, SubscriberState.ACTIVE]


def test_a_refusal_by_policy_suppresses_nobody(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)

    finish(ledger, ONE, Outcome(DeliveryState.FAILED, "550 5.7.515", Meaning.SENDER_REFUSED))

    assert [one.state for one in book.subscribers()] == [SubscriberState.ACTIVE]


def test_trouble_on_three_days_suppresses_and_twice_on_one_day_counts_once(book, ledger):
    add(book, "ann")
    full = Outcome(DeliveryState.FAILED, "552 5.2.2", Meaning.MAILBOX_TROUBLE)
    ledger.queue(ONE, EVERYBODY, NOW)
    states = []
    for day in (0, 0, 1, 2):
        finish(ledger, ONE, full, now=NOW + timedelta(days=day))
        ledger.retry(ONE.update_id, [DeliveryState.FAILED], NOW)
        states.append(book.find("ann@example.com").state)

    assert states == [*["active"] * 3, "bounced"]


_OUTCOMES = st.sampled_from(
    [
        ACCEPTED,
        DOUBT,
        DEFERRED,
        Outcome(DeliveryState.QUEUED),
        Outcome(DeliveryState.FAILED, "554"),
        Outcome(DeliveryState.FAILED, "550 5.1.1", Meaning.NO_SUCH_MAILBOX),
    ]
)
_STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "dot", "settle", "die", "prepare", "leave"]), _OUTCOMES),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(steps=_STEPS)
def test_the_account_adds_up_and_nothing_leaves_accepted_whatever_happens(tmp_path_factory, steps):
    database = make_database(tmp_path_factory.mktemp("ledger"))
    ledger = queue_letters(database, *(f"p{number}" for number in range(6)))
    sender, held, dotted, accepted = enlist(ledger), [], [], 0
    for step, outcome in steps:
        if step == "claim":
            held += claim(ledger, sender, ONE, 2)
        elif step == "dot":
            granted = ledger.record(sender, [], held[:1], NOW)
            dotted += [one for one in held[:1] if (ONE.update_id, one.subscriber.id) in granted]
            held = held[1:]
        elif step == "settle" and dotted:
            ledger.record(sender, [Result(dotted.pop(), outcome)], [], NOW)
        elif step == "die":
            sender, held, dotted = enlist(ledger), [], []
        elif step == "prepare":
            ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
        elif step == "leave":
            ledger.hold(ONE.update_id, NOW)
        now = account(ledger, ONE)
        assert now.audience == 6
        assert now.accepted >= accepted
        assert now.dot == len(dotted)
        accepted = now.accepted
    database.close()


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
