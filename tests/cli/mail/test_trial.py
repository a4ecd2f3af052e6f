"""`mail test`: one letter, and the relay's answer stage by stage."""

import pytest

from statusgen.mail.transports import ses
from tests.components.ses_server import (
    page,
    refuse,
    ses_server,  # noqa: F401 - a fixture
    stall,
)
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import CANARY, make_repository, parse_letters


@pytest.fixture
def script():
    with smtp_relay(Script()) as script:
        yield script


@pytest.fixture
def repository(tmp_path, script):
    transport = f'transport = "smtp://127.0.0.1:{script.port}"'
    repository = make_repository(tmp_path, mail=transport)
    (tmp_path / "incidents").rename(tmp_path / "elsewhere")
    return repository


def test_one_letter_arrives_and_no_ledger_knows_of_it(repository, script):
    repository.run("mail", "hold")

    done = repository.run("mail", "test", CANARY)

    [(recipient, content)] = script.seen
    [letter] = parse_letters([content])
    assert done.code == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()] == [
        "connection",
        "letter",
        "acceptance",
    ]
    assert recipient == letter["To"] == CANARY
    assert letter["Subject"].startswith("[TEST] Acme — Investigating")
    assert CANARY not in done.out + done.err
    assert repository.run("mail", "status", "--json").json["updates"] == []


@pytest.mark.parametrize(
    ("at", "stage", "words"),
    [("at_rcpt", "letter", "(550 5.1.1)"), ("at_dot", "acceptance", "(554 5.7.1)")],
)
def test_the_stage_where_it_gets_stuck_is_shown(repository, script, at, stage, words):
    reply = "550 5.1.1 no such user" if at == "at_rcpt" else "554 5.7.1 no"
    setattr(script, at, {"canary": reply})

    done = repository.run("mail", "test", CANARY)
    value = repository.run("mail", "test", CANARY, "--json").json

    assert done.code == 4
    last = done.out.splitlines()[-1]
    assert last.startswith(stage)
    assert words in last
    assert (value["accepted"], value["stages"][-1]["stage"]) == (False, stage)
    assert CANARY not in done.out + done.err


def test_a_relay_that_is_not_there_is_the_first_stage(tmp_path):
    repository = make_repository(tmp_path, mail='transport = "smtp://127.0.0.1:9"')

    done = repository.run("mail", "test", "me@example.com")

    assert done.code == 4
    assert done.out.startswith("connection  the relay 127.0.0.1:9 can't be reached")


@pytest.mark.parametrize(
    "identity", [refuse("AccessDeniedException", 403), page(500), stall], ids=["no", "500", "stall"]
)
def test_a_letter_leaves_through_ses_whatever_it_says_of_the_sender(
    tmp_path,
    ses_server,  # noqa: F811
    monkeypatch,
    identity,
):
    monkeypatch.setattr(ses, "HURRIED", ses.SesTimeouts(1, 1, 60, 60))
    ses_server.identities = dict.fromkeys(["status@example.com", "example.com"], identity)
    repository = make_repository(tmp_path, mail='transport = "ses://eu-west-1"')

    done = repository.run("mail", "test", CANARY)

    assert done.code == 0, done.out
    assert done.out.startswith("connection  the account answers (HEALTHY)\n")
    assert [recipient for recipient, _ in ses_server.letters] == [CANARY]
    assert ses_server.identities_asked


@pytest.mark.parametrize("address", ["me", "me@localhost", "a b@example.com"])
def test_an_odd_address_is_refused_without_repeating_it(repository, address):
    done = repository.run("mail", "test", address)

    assert done.code == 2
    assert "write it like name@example.com" in done.err
