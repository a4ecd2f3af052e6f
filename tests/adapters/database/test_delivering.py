from statusgen.model.delivery import Account, DeliveryState, InDoubt, Outcome
from statusgen.model.unsent import Unsent
from tests.adapters.database.test_ledger import ONE, add
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    account,
    claimable,
    cut_off,
    enlist,
    finish,
)


def test_a_letter_sent_again_is_named_once(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT)
    finish(ledger, ONE, ACCEPTED)
    token = book.find("ann@example.com").token

    assert ledger.take_unreported_resent([ONE.update_id]) == (token,)
    assert ledger.take_unreported_resent([ONE.update_id]) == ()


def test_letters_can_be_held_and_queued_again(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)

    held = ledger.hold(ONE.update_id, NOW)
    queued = ledger.retry(ONE.update_id, [DeliveryState.SUPPRESSED], NOW)

    assert (held, queued) == (1, 1)
    assert account(ledger, ONE) == Account(accepted=1, queued=1)


def test_what_is_held_is_not_sent_even_if_it_was_in_flight(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    cut_off(ledger, ONE, 1)

    ledger.hold(ONE.update_id, NOW)

    assert claimable(ledger, ONE) == 0
    assert ledger.backlog(InDoubt.RESEND) == ()
    assert account(ledger, ONE) == Account(in_doubt=1, suppressed=1)


def test_a_letter_in_doubt_that_is_tried_again_is_named(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    (letter,) = cut_off(ledger, ONE, 1)
    enlist(ledger)

    ledger.retry(ONE.update_id, [DeliveryState.IN_DOUBT], NOW)

    assert account(ledger, ONE).queued == 1
    assert ledger.take_unreported_resent([ONE.update_id]) == (letter.subscriber.token,)


def test_the_backlog_holds_what_another_run_would_go_on_with(book, ledger):
    add(book, "ann", "bob", "cy", "dee")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451"), count=1)
    cut_off(ledger, ONE, 1)

    assert ledger.backlog(InDoubt.RESEND) == ((ONE.update_id, 3),)
    enlist(ledger)
    assert ledger.backlog(InDoubt.RESEND) == ((ONE.update_id, 3),)
    assert ledger.backlog(InDoubt.HOLD) == ((ONE.update_id, 2),)


def test_a_letter_cut_off_in_flight_has_no_reply_of_an_earlier_attempt(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451 4.7.1"))
    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
    (letter,) = cut_off(ledger, ONE, 1)

    enlist(ledger)

    assert ledger.unsent([ONE.update_id]) == (Unsent(DeliveryState.IN_DOUBT, "", 1),)
    assert ledger.tokens(ONE.update_id, DeliveryState.IN_DOUBT) == (letter.subscriber.token,)
