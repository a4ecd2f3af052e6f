import pytest
from sqlalchemy import text

from statusgen.mail.database import engine, server, sqlite_file
from statusgen.mail.database.ledger import SqlLedger
from statusgen.mail.letter_states import Account, DeliveryState
from statusgen.values.vocabulary import InDoubt
from tests.fakes.mail import EVERYBODY, NOW, claim, enlist, make_book, make_update
from tests.fakes.version_1 import make_version_1


@pytest.fixture
def migrated(url, tmp_path):
    make_version_1(url, tmp_path)
    database = engine.open_database(url, tmp_path)
    yield database
    database.close()


def test_every_letter_keeps_its_state_and_what_was_sending_is_in_doubt(migrated):
    ledger = SqlLedger(migrated)

    assert ledger.account("login/01") == Account(
        queued=2, accepted=1, deferred=1, failed=1, in_doubt=2, superseded=1, suppressed=1
    )
    assert ledger.account("login/02") == Account(queued=9)
    assert ledger.tokens("login/01", DeliveryState.IN_DOUBT) == ("sub_00000002", "sub_00000006")
    assert ledger.unreported_copies(["login/01"]) == ("sub_00000003",)


def test_what_was_kept_beside_the_letters_is_still_there(migrated):
    ledger, book = SqlLedger(migrated), make_book(migrated)

    assert ledger.skips() == {"login/01": "", "login/02": "", "old/01": "too old"}
    assert ledger.token_for("login/01") == "0123456789abcdef0123456789abcdef"
    assert ledger.setting("secret_key", str) == "a key"
    assert [one.token for one in book.subscribers()] == [f"sub_{n:08}" for n in range(1, 9)]
    with migrated.reading() as connection:
        rows = connection.execute(text("SELECT reply, attempts, is_copy FROM delivery")).all()
    assert sorted(rows)[-3:] == [("", 2, 1), ("451 4.7.1", 2, 0), ("550 5.1.1", 2, 0)]


def test_the_letters_go_on_as_they_would_have(migrated):
    ledger = SqlLedger(migrated)
    assert ledger.next_due(["login/01"]) == NOW
    ledger.queue(make_update(3), EVERYBODY, NOW)
    sender = enlist(ledger)

    ledger.prepare(["login/01"], InDoubt.RESEND, NOW)

    letters = claim(ledger, sender, make_update(1))
    assert [(one.subscriber.id, one.is_copy) for one in letters] == [
        (1, False),
        (2, True),
        (4, False),
        (6, True),
    ]
    assert len(claim(ledger, sender, make_update(3))) == 7


def test_what_was_held_while_in_doubt_is_not_sent_again(url, tmp_path):
    make_version_1(url, tmp_path)
    parsed = engine.parse(url)
    is_file = parsed.get_backend_name() == "sqlite"
    before = (
        sqlite_file.make_engine(tmp_path / str(parsed.database))
        if is_file
        else server.make_engine(parsed)
    )
    with before.begin() as connection:
        connection.execute(text("UPDATE delivery SET doubts = 2 WHERE state = 'in_doubt'"))
    before.dispose()
    migrated = engine.open_database(url, tmp_path)
    ledger = SqlLedger(migrated)

    ledger.prepare(["login/01"], InDoubt.RESEND, NOW)

    assert ledger.tokens("login/01", DeliveryState.IN_DOUBT) == ("sub_00000006",)
    migrated.close()
