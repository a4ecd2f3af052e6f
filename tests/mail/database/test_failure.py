from collections import Counter

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from statusgen.config.relay import Relay
from statusgen.errors import DatabaseError
from statusgen.mail.database.engine import open_database
from statusgen.mail.delivery.deliver import deliver
from statusgen.mail.delivery.rules import DeliveryRules
from statusgen.mail.letter_states import Account, DeliveryState
from statusgen.mail.subscribers.subscriber import NewSubscriber
from statusgen.mail.transports.smtp import SmtpTransport
from tests.components.journal_sink import Conduct, journal_sink
from tests.components.postgresql import postgresql  # noqa: F401 - a fixture
from tests.fakes.mail import NOW, URL, make_letter, queue_letters

CODES = [
    ("25006", "the server only reads; name the primary"),
    ("25P03", "paused for too long; run the command again"),
    ("40001", "by two at once in different order, and nothing was changed; run"),
    ("40P01", "by two at once in different order, and nothing was changed; run"),
    ("42501", "refuses this user; grant it"),
    ("42P01", "doesn't hold statusgen's tables"),
    ("42P07", "by the same names; give statusgen a database of its own"),
    ("53100", "the server's disk is full; make room"),
    ("53200", "is short of memory"),
    ("53300", "no connection left"),
    ("55P03", "is locked by another program"),
    ("57014", "took too long and was stopped"),
    ("57P03", "was shut down or is starting"),
    ("58030", "check the server's disk"),
    ("XX001", "is damaged; see the server's log"),
    ("P0001", r"refused \(P0001\); run the command again"),
]


@pytest.mark.parametrize("url", [URL])
def test_a_full_disk_is_one_sentence_and_nothing_is_half_imported(database, book):
    database.engine.dispose()
    with database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 40"))
    rows = [NewSubscriber(f"p{number}@example.com") for number in range(5000)]

    with pytest.raises(DatabaseError, match="the disk is full; make room"):
        book.import_rows(rows, "list.csv", NOW)

    assert list(book.subscribers()) == []


READERS = 200
CONNECTIONS = 4
MAY_HAVE_LEFT = (DeliveryState.DOT, DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)


@pytest.fixture
def disk(database):
    """A file whose disk can be made read-only while it is in use."""

    class Disk:
        is_read_only = False

    def take(connection, *_):
        connection.execute(f"PRAGMA query_only = {Disk.is_read_only:d}")

    event.listen(database.engine.pool, "checkout", take)
    return Disk


@pytest.mark.parametrize("url", [URL])
@pytest.mark.parametrize("share", [0, 0.3, 0.8])
def test_a_disk_that_becomes_read_only_during_a_run_lets_no_letter_leave_unmarked(
    tmp_path, database, disk, monkeypatch, share
):
    monkeypatch.setattr("statusgen.mail.delivery.journal.pause_s", lambda *_: 0)
    ledger = queue_letters(database, *(f"p{number}" for number in range(READERS)))

    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.005)) as sink:

        def make(update_id, subscriber):
            disk.is_read_only = sink.count() >= READERS * share
            return make_letter(update_id, subscriber)

        def run(make):
            transport = SmtpTransport(Relay("127.0.0.1", sink.port, is_loopback=True))
            rules = DeliveryRules(max_connections=CONNECTIONS)
            return deliver(ledger, transport, make, ["login/01"], NOW, rules)

        with pytest.raises(DatabaseError, match=r"can't be written; check .* is not read-only"):
            run(make)
        before = sink.arrived()
        marked = {token for state in MAY_HAVE_LEFT for token in ledger.tokens("login/01", state)}
        disk.is_read_only = False
        report = run(make_letter)
        copies = Counter(one.recipient for one in sink.arrived())

    assert {one.message_id for one in before} <= {
        f"<login.01.{token}@example.com>" for token in marked
    }
    assert READERS * share <= len(before) <= READERS * share + 2 * CONNECTIONS
    assert report.total == Account(accepted=READERS)
    assert len(copies) == READERS
    assert copies.total() - READERS <= CONNECTIONS


def test_no_error_holds_an_address(database, book):
    ann = book.add(NewSubscriber("ann@example.com"), "list.csv", NOW)

    with pytest.raises(DatabaseError) as caught, database.writing() as connection:
        connection.execute(
            text("INSERT INTO subscriber SELECT * FROM subscriber WHERE address = :address"),
            {"address": ann.address},
        )

    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "ann@" not in f"{caught.value} {caught.value.__cause__}"


@pytest.fixture
def on_server(postgresql, tmp_path):  # noqa: F811
    database = open_database(postgresql.new_database(), tmp_path)
    yield database
    database.close()


@pytest.mark.component("postgresql")
@pytest.mark.parametrize(("code", "words"), CODES)
def test_what_a_server_complains_about_is_one_sentence(on_server, code, words):
    complaint = f"DO $$ BEGIN RAISE EXCEPTION 'ann@example.com' USING ERRCODE = '{code}'; END $$"

    with pytest.raises(DatabaseError, match=words) as caught, on_server.writing() as connection:
        connection.exec_driver_sql(complaint)

    assert str(caught.value).startswith("the database postgresql://")
    assert "ann@" not in str(caught.value)


@pytest.mark.component("postgresql")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("/test_", "/lost_"), "does not exist; make it with createdb"),
        (("postgres@", "nobody@"), "has no such user"),
        (("?host=/", "?host=/nowhere/"), "did not answer; check that it runs"),
        (("@/", "@127.0.0.1:1/"), "did not answer; check that it runs"),
        (("?host=", "?service=nameless&host="), "names a service that no service file defines"),
        (("postgres@", "visitor@"), "refused the user or the password"),
        (("postgres@", "guest@"), "refuses this user; grant it the rights on the tables"),
    ],
)
def test_who_does_not_get_in_is_told_what_to_mend(postgresql, tmp_path, monkeypatch, change, words):  # noqa: F811
    postgresql.execute(
        "DO $$ BEGIN CREATE ROLE guest LOGIN; CREATE ROLE visitor LOGIN PASSWORD 'right'; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    rules = postgresql.folder / "data" / "pg_hba.conf"
    if "visitor" not in rules.read_text():
        rules.write_text("local all visitor scram-sha-256\n" + rules.read_text())
        postgresql.execute("SELECT pg_reload_conf()")
    monkeypatch.setenv("PGPASSWORD", "wrong-secret")
    url = postgresql.new_database().replace(*change)
    if "@127" in change[1]:
        url = url.partition("?")[0]

    with pytest.raises(DatabaseError, match=words) as caught:
        open_database(url, tmp_path)

    assert "secret" not in str(caught.value)
