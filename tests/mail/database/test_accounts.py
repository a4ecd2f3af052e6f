from statusgen.mail.failure_reasons import Unsent
from statusgen.mail.letter_states import Account, DeliveryState, Outcome
from tests.fakes.mail import ACCEPTED, EVERYBODY, NOW, finish, make_update
from tests.mail.database.test_ledger import ONE, TWO, add


def test_the_newest_accounts_come_first(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.queue(TWO, EVERYBODY, NOW)
    ledger.record_skipped([make_update(3, skipped="notify: false")], NOW)
    finish(ledger, TWO, ACCEPTED, count=1)

    newest, every = ledger.accounts(2), ledger.accounts()

    assert [known.update_id for known, _ in every] == ["login/03", "login/02", "login/01"]
    assert newest == every[:2]
    assert [account for _, account in every] == [
        Account(),
        Account(accepted=1, queued=1),
        Account(queued=2),
    ]


def test_what_keeps_letters_back_is_counted_by_reply(book, ledger):
    add(book, "ann", "bob", "cy", "dee")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.FAILED, "550 5.1.1"), count=1)
    finish(ledger, ONE, Outcome(DeliveryState.ACCEPTED), count=1)
    finish(ledger, ONE, Outcome(DeliveryState.DEFERRED, "451 4.7.1"), count=2)

    assert ledger.unsent([ONE.update_id, "no/1"]) == (
        Unsent(DeliveryState.DEFERRED, "451 4.7.1", 2),
        Unsent(DeliveryState.FAILED, "550 5.1.1", 1),
    )
    assert ledger.unsent(["no/1"]) == ()


def test_the_newest_letters_of_one_reader_are_listed_with_their_states(book, ledger):
    add(book, "ann", "bob")
    ann, bob = book.find("ann@example.com"), book.find("bob@example.com")
    for update in (ONE, TWO):
        ledger.queue(update, EVERYBODY, NOW)
    finish(ledger, ONE, Outcome(DeliveryState.FAILED, "550 5.1.1"), count=1)

    assert [(one.update_id, one.state, one.reply) for one in ledger.letters_of(ann.id)] == [
        ("login/02", DeliveryState.QUEUED, ""),
        ("login/01", DeliveryState.FAILED, "550 5.1.1"),
    ]
    assert [one.update_id for one in ledger.letters_of(bob.id, 1)] == ["login/02"]
    assert ledger.letters_of(bob.id)[0].changed_at == NOW
    assert ledger.letters_of(99) == ()
