from statusgen.model.delivery import Account, DeliveryState, InDoubt, Outcome, Result
from statusgen.model.subscriber import SubscriberState
from statusgen.model.unsent import Unsent
from tests.adapters.database.test_ledger import ACCEPTED, ONE, add, finish, owed
from tests.fakes.mail import EVERYBODY, NOW

DOUBT = Outcome(DeliveryState.IN_DOUBT, "no answer", is_connection_usable=False)


def test_a_letter_is_granted_once(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = owed(ledger, ONE)

    first = ledger.record([], letters, NOW)
    second = ledger.record([], letters, NOW)

    assert (len(first), second) == (1, frozenset())


def test_an_accepted_letter_stays_accepted(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = owed(ledger, ONE)
    finish(ledger, ONE, ACCEPTED)

    ledger.record([Result(letters[0], DOUBT)], letters, NOW)

    assert ledger.account(ONE.update_id) == Account(accepted=1)


def test_a_letter_to_one_who_left_meanwhile_is_suppressed(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    letters = owed(ledger, ONE)
    book.set_state(letters[0].subscriber.id, SubscriberState.UNSUBSCRIBED, NOW)
    book.erase(letters[1].subscriber.id, NOW)

    assert ledger.record([], letters, NOW) == frozenset()
    assert ledger.account(ONE.update_id) == Account(suppressed=2)


def test_what_a_run_left_in_flight_is_in_doubt_and_comes_first(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    last = owed(ledger, ONE)[-1]
    ledger.record([], [last], NOW)

    assert ledger.doubt_unfinished([ONE.update_id], NOW) == 1
    assert owed(ledger, ONE)[0].subscriber == last.subscriber
    assert last.subscriber not in [one.subscriber for one in owed(ledger, ONE, InDoubt.HOLD)]
    assert ledger.tokens(ONE.update_id, DeliveryState.IN_DOUBT) == (last.subscriber.token,)


def test_a_letter_cut_off_in_flight_has_no_reply_of_an_earlier_attempt(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451 4.7.1"))
    ledger.record([], owed(ledger, ONE), NOW)

    ledger.doubt_unfinished([ONE.update_id], NOW)

    assert ledger.unsent([ONE.update_id]) == (Unsent(DeliveryState.IN_DOUBT, "", 1),)


def test_a_letter_sent_again_is_named_once(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT)
    finish(ledger, ONE, ACCEPTED)
    token = book.find("ann@example.com").token

    assert ledger.take_unreported_resent([ONE.update_id]) == (token,)
    assert ledger.take_unreported_resent([ONE.update_id]) == ()


def test_pages_hand_out_every_letter_once(book, ledger):
    add(book, *(f"p{number}" for number in range(7)))
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.record([], owed(ledger, ONE)[3:5], NOW)
    ledger.doubt_unfinished([ONE.update_id], NOW)

    handed, after = [], None
    while page := ledger.owed(ONE.update_id, InDoubt.RESEND, 3, after):
        handed += [one.subscriber.id for one in page]
        after = page[-1]

    assert len(handed) == len(set(handed)) == 7


def test_letters_can_be_held_and_queued_again(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)

    held = ledger.hold(ONE.update_id, NOW)
    queued = ledger.retry(ONE.update_id, [DeliveryState.SUPPRESSED], NOW)

    assert (held, queued) == (1, 1)
    assert ledger.account(ONE.update_id) == Account(accepted=1, queued=1)


def test_what_is_held_is_not_sent_even_if_it_was_in_flight(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.record([], owed(ledger, ONE)[:1], NOW)

    ledger.hold(ONE.update_id, NOW)

    assert owed(ledger, ONE) == ()
    assert ledger.backlog(InDoubt.RESEND) == ()
    assert ledger.account(ONE.update_id) == Account(in_doubt=1, suppressed=1)


def test_a_letter_in_doubt_that_is_tried_again_is_named(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    (letter,) = owed(ledger, ONE)
    ledger.record([], [letter], NOW)
    ledger.doubt_unfinished([ONE.update_id], NOW)

    ledger.retry(ONE.update_id, [DeliveryState.IN_DOUBT], NOW)

    assert ledger.account(ONE.update_id).queued == 1
    assert ledger.take_unreported_resent([ONE.update_id]) == (letter.subscriber.token,)
