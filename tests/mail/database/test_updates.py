from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import Account
from tests.fakes.mail import EVERYBODY, NOW, make_update
from tests.mail.database.test_ledger import ONE, add


def test_the_audience_is_fixed_once(book, ledger):
    add(book, "ann", "bob")

    first = ledger.queue(ONE, EVERYBODY, NOW)
    add(book, "late")
    second = ledger.queue(ONE, EVERYBODY, NOW)

    assert (first, second) == (2, 0)
    assert ledger.account(ONE.update_id) == Account(queued=2)
    assert ledger.known_updates() == {ONE.update_id: ONE}


def test_a_skipped_update_is_known_with_its_reason_and_can_be_queued_after_all(book, ledger):
    add(book, "ann")
    skipped = make_update(1, skipped="older than 24 hours")

    ledger.record_skipped([skipped, skipped], NOW)
    known = ledger.known_updates()
    ledger.queue(ONE, EVERYBODY, NOW)
    ledger.record_skipped([skipped], NOW)

    assert known == {ONE.update_id: skipped}
    assert ledger.known_updates() == {ONE.update_id: ONE}
    assert ledger.account(ONE.update_id).queued == 1


def test_a_renamed_update_keeps_its_letters_and_its_claim(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    token = ledger.token_for(ONE.update_id)
    ledger.account(ONE.update_id)

    ledger.rename(ONE.update_id, "login/first")

    assert list(ledger.known_updates()) == ["login/first"]
    assert ledger.known_updates()["login/first"].first_id == ONE.update_id
    assert ledger.account("login/first").queued == 1
    assert ledger.token_for("login/first") == token
    assert ledger.token_for(ONE.update_id) == token  # a target may hold a claim by that name
    assert ledger.account(ONE.update_id).audience == 0


def test_an_update_that_is_renamed_twice_is_still_known_by_its_first_name(ledger):
    ledger.queue(ONE, EVERYBODY, NOW)

    ledger.rename(ONE.update_id, "login/first")
    ledger.rename("login/first", "login/one")

    assert ledger.known_updates()["login/one"].first_id == ONE.update_id


def test_a_claim_and_a_setting_are_made_once(ledger):
    assert ledger.token_for("a/1") == ledger.token_for("a/1") != ledger.token_for("a/2")
    assert ledger.setting("secret_key", lambda: "one") == "one"
    assert ledger.setting("secret_key", lambda: "two") == "one"


def test_skips_tell_why_and_known_updates_are_found_by_id(ledger):
    skipped = [make_update(number, skipped="older than 24 hours") for number in range(1, 4)]
    ledger.record_skipped(skipped, NOW)
    many = [f"no/{number}" for number in range(600)]

    assert ledger.skips() == {one.update_id: "older than 24 hours" for one in skipped}
    assert list(ledger.known_updates([ONE.update_id, "no/1"])) == [ONE.update_id]
    assert list(ledger.known_updates([ONE.update_id, *many])) == [ONE.update_id]
    assert ledger.known_updates([]) == {}


def test_those_who_begin_at_once_share_what_is_made_once(book, ledger, database):
    add(book, "ann", "bob")
    skipped = make_update(2, skipped="older than 24 hours")
    together = Barrier(4)

    def begin(_):
        mine = SqlLedger(database)
        together.wait()
        mine.record_skipped([skipped], NOW)
        size = mine.queue(ONE, EVERYBODY, NOW)
        token, key = mine.token_for("login/01"), mine.setting("secret_key", lambda: str(id(mine)))
        mine.hold_all(NOW)
        return size, token, key

    with ThreadPoolExecutor(4) as pool:
        sizes, tokens, keys = zip(*pool.map(begin, range(4)), strict=True)

    assert sorted(sizes) == [0, 0, 0, 2]
    assert len(set(tokens)) == len(set(keys)) == 1
    assert ledger.account(ONE.update_id) == Account(queued=2)
