from sqlalchemy import event

from statusgen.adapters.database.ledger import SqlLedger
from statusgen.model.delivery import HELD, Account, Audience, InDoubt
from statusgen.model.subscriber import NewSubscriber, SubscriberState
from tests.fakes.mail import (
    ACCEPTED,
    EVERYBODY,
    NOW,
    claim,
    enlist,
    finish,
    make_database,
    make_update,
)

ONE, TWO, THREE = (make_update(number) for number in (1, 2, 3))


def add(book, *local_parts):
    rows = [NewSubscriber(f"{part}@example.com", components=("api",)) for part in local_parts]
    book.import_rows(rows, "list.csv", NOW)


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


def test_followers_of_an_incident_hear_of_its_end_whatever_the_rule_says(book, ledger):
    add(book, "ann", "bob")
    ledger.queue(ONE, EVERYBODY, NOW)
    book.set_state(book.find("bob@example.com").id, SubscriberState.UNSUBSCRIBED, NOW)
    nobody = Audience(("subscribers",), ("other",), ())

    assert ledger.queue(TWO, nobody, NOW) == 1
    assert ledger.audience_size("another", nobody) == 0


def test_a_renamed_update_keeps_its_letters_and_its_claim(book, ledger):
    add(book, "ann")
    ledger.queue(ONE, EVERYBODY, NOW)
    token = ledger.token_for(ONE.update_id)
    ledger.account(ONE.update_id)

    ledger.rename(ONE.update_id, "login/first")

    assert list(ledger.known_updates()) == ["login/first"]
    assert ledger.account("login/first").queued == 1
    assert ledger.token_for("login/first") == token
    assert ledger.token_for(ONE.update_id) == token  # a target may hold a claim by that name
    assert ledger.account(ONE.update_id).audience == 0


def test_a_claim_and_a_setting_are_made_once(ledger):
    assert ledger.token_for("a/1") == ledger.token_for("a/1") != ledger.token_for("a/2")
    assert ledger.setting("secret_key", lambda: "one") == "one"
    assert ledger.setting("secret_key", lambda: "two") == "one"


def test_who_has_not_had_an_update_gets_only_the_resolved(book, ledger):
    add(book, "ann", "bob", "cy")
    ledger.queue(ONE, EVERYBODY, NOW)
    finish(ledger, ONE, ACCEPTED, count=1)
    ledger.queue(THREE, EVERYBODY, NOW)

    assert ledger.supersede(THREE.update_id, NOW) == 2
    assert ledger.account(ONE.update_id) == Account(accepted=1, superseded=2)
    assert ledger.account(THREE.update_id) == Account(queued=3)


def test_skips_tell_why_and_known_updates_are_found_by_id(ledger):
    skipped = [make_update(number, skipped="older than 24 hours") for number in range(1, 4)]
    ledger.record_skipped(skipped, NOW)
    many = [f"no/{number}" for number in range(600)]

    assert ledger.skips() == {one.update_id: "older than 24 hours" for one in skipped}
    assert list(ledger.known_updates([ONE.update_id, "no/1"])) == [ONE.update_id]
    assert list(ledger.known_updates([ONE.update_id, *many])) == [ONE.update_id]
    assert ledger.known_updates([]) == {}


def test_the_backlog_of_a_file_is_found_by_its_index(tmp_path):
    database = make_database(tmp_path)
    ledger = SqlLedger(database)
    ledger.queue(ONE, EVERYBODY, NOW)
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2:4]))

    ledger.backlog(InDoubt.RESEND)

    [(query, values)] = [each for each in statements if each[0].startswith("SELECT")]
    with database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    assert any("delivery_unsettled" in row[3] for row in plan), plan
    database.close()


def test_an_update_that_was_skipped_is_settled_for_good_when_held(ledger):
    ledger.record_skipped([make_update(1, skipped="claimed by another ledger")], NOW)
    ledger.queue(TWO, EVERYBODY, NOW)

    ledger.hold(ONE.update_id, NOW)
    ledger.hold(TWO.update_id, NOW)

    assert ledger.skips() == {ONE.update_id: HELD, TWO.update_id: ""}


def test_nothing_is_known_about_an_update_that_was_never_seen(ledger):
    assert ledger.account("no/1") == Account()
    assert claim(ledger, enlist(ledger), make_update(1, "no")) == ()
    assert ledger.supersede("no/1", NOW) == 0


def test_a_sample_is_the_first_and_others_spread_over_the_audience(book, ledger):
    add(book, *(f"reader{number}" for number in range(9)))
    ids = [one.id for one in book.subscribers()]

    picked = [one.id for one in ledger.sample("login", EVERYBODY, 3)]

    assert picked == [ids[0], ids[3], ids[6]]
    assert len(ledger.sample("login", EVERYBODY, 30)) == 9
    assert ledger.sample("login", Audience(("nobody",)), 3) == ()
