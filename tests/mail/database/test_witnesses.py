"""Who has letters about incidents and about single updates."""

from statusgen.mail.letter_states import DeliveryState, Outcome
from tests.fakes.mail import ACCEPTED, EVERYBODY, NOW, finish, make_update
from tests.mail.database.test_ledger import ONE, TWO, add


def test_people_who_have_mail_about_an_incident_are_counted_once(book, ledger):
    add(book, "ann", "bob", "cy")
    elsewhere = make_update(3, "search")
    for update in (ONE, TWO, elsewhere):
        ledger.queue(update, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED)
    finish(ledger, TWO, ACCEPTED, count=2)
    finish(ledger, elsewhere, Outcome(DeliveryState.FAILED, "550 5.1.1"))

    told = ledger.people_told({"login", "search", "unknown"})

    assert told == {"login": 3}


def test_many_incidents_are_asked_about_at_once(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED)

    assert ledger.people_told({f"other-{one}" for one in range(40_000)} | {"login"}) == {"login": 1}


def test_readers_of_an_update_are_found_by_its_first_name_too(book, ledger):
    add(book, "ann", "bob")
    for update in (ONE, TWO):
        ledger.queue(update, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED)
    finish(ledger, TWO, ACCEPTED, count=1)
    ledger.rename(TWO.update_id, "login/02-found")

    told = ledger.readers_of([ONE.update_id, TWO.update_id, "login/02-found", "no/1"])

    assert told == {ONE.update_id: 2, TWO.update_id: 1, "login/02-found": 1}
