import pytest

from statusgen.adapters.smtp import SmtpTransport
from statusgen.apply.deliver import DeliveryRules, deliver
from statusgen.model.delivery import Account
from statusgen.model.relay import Relay
from tests.components.mailhost import PASSWORD, USER, mailhost, missing_for_mailhost
from tests.fakes.mail import NOW, make_book, make_database, make_letter, queue_letters


@pytest.fixture(scope="module")
def host():
    if reason := missing_for_mailhost():
        pytest.skip(reason)
    with mailhost(("ann", "bob", "cy")) as host:
        yield host


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path)
    yield database
    database.close()


def run(host, ledger, password=PASSWORD):
    relay = Relay("localhost", host.port, USER)
    transport = SmtpTransport(relay, password, tls_context=host.certificate.client_context())
    rules = DeliveryRules(max_connections=2)
    return deliver(ledger, transport, make_letter, ["login/01"], NOW, rules)


def test_letters_reach_their_mailboxes_over_tls_with_a_login(host, database):
    ledger = queue_letters(database, "ann", "bob", "temp", "perm")
    before = len(host.letters_of("ann"))

    report = run(host, ledger)

    letter = host.wait_for("ann", before + 1)[-1]
    token = make_book(database).find("ann@example.com").token
    assert report.total == Account(accepted=2, deferred=1, failed=1)
    assert letter["Message-ID"] == f"<login.01.{token}@example.com>"
    assert letter["Return-Path"] == "<status@example.com>"
    assert letter.get_payload() == "We are on it.\n.a line that begins with a dot\n"


def test_a_wrong_password_leaves_every_letter_owed(host, database):
    ledger = queue_letters(database, "cy")

    report = run(host, ledger, "wrong")

    assert "refused the user or the password" in str(report.trouble)
    assert report.total == Account(queued=1)
