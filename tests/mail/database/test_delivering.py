from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import DeliveryState, Outcome
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import (
    ACCEPTED,
    DOUBT,
    EVERYBODY,
    NOW,
    cut_off,
    enlist,
    finish,
)
from tests.mail.database.test_ledger import ONE, TWO, add


def test_a_copy_is_to_be_named_until_a_report_has_done_so(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT)
    finish(ledger, ONE, ACCEPTED, count=1)
    ann, bob = (book.find(f"{part}@example.com").token for part in ("ann", "bob"))

    first = ledger.unreported_copies([ONE.update_id])
    finish(ledger, ONE, ACCEPTED)  # another sender, before the report is given
    ledger.tick_copies([ONE.update_id], first)

    assert first == (ann,)
    assert ledger.unreported_copies([ONE.update_id]) == (bob,)
    assert ledger.backlog(InDoubt.RESEND) == ((ONE.update_id, 0),)


def test_very_many_copies_are_ticked(book, ledger):
    parts = [f"p{number}" for number in range(1100)]
    add(book, *parts)
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT, count=2000)
    finish(ledger, ONE, ACCEPTED, count=2000)

    named = ledger.unreported_copies([ONE.update_id])
    ledger.tick_copies([ONE.update_id], named)

    assert len(named) == len(parts)
    assert ledger.backlog(InDoubt.RESEND) == ()


def test_a_letter_in_doubt_that_is_tried_again_is_named_when_it_has_gone_out(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    (letter,) = cut_off(ledger, ONE, 1)
    enlist(ledger)

    ledger.retry(ONE.update_id, [DeliveryState.IN_DOUBT], NOW)
    queued = ledger.unreported_copies([ONE.update_id])
    finish(ledger, ONE, ACCEPTED)

    assert queued == ()
    assert ledger.unreported_copies([ONE.update_id]) == (letter.subscriber.token,)


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


def test_of_the_backlog_the_letters_of_a_few_are_counted(book, ledger):
    add(book, "ann", "bob", "cy")
    ann, bob, cy = (book.find(f"{part}@example.com").id for part in ("ann", "bob", "cy"))
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.queue(TWO, EVERYBODY, NOW)
    finish(ledger, ONE, DOUBT, count=1)

    assert ledger.backlog(InDoubt.RESEND, [ann, cy]) == ((ONE.update_id, 2), (TWO.update_id, 2))
    assert ledger.backlog(InDoubt.HOLD, [ann]) == ((TWO.update_id, 1),)
    assert ledger.backlog(InDoubt.HOLD, [bob]) == ((ONE.update_id, 1), (TWO.update_id, 1))
    assert ledger.backlog(InDoubt.RESEND, []) == ()


def test_a_letter_cut_off_in_flight_has_no_reply_of_an_earlier_attempt(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451 4.7.1"))
    ledger.prepare([ONE.update_id], InDoubt.RESEND, NOW)
    (letter,) = cut_off(ledger, ONE, 1)

    enlist(ledger)

    assert ledger.unsent([ONE.update_id]) == (Unsent(DeliveryState.IN_DOUBT, "", 1),)
    assert ledger.tokens(ONE.update_id, DeliveryState.IN_DOUBT) == (letter.subscriber.token,)
