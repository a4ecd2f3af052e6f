"""A letter that a real Postfix takes and can't deliver comes back and ends the letters."""

import smtplib

import pytest

from statusgen.cli.composition import open_state
from statusgen.config.reader import read_settings
from statusgen.mail.letters.identity import Identity
from statusgen.mail.letters.tokens import UnsubscribeTokens
from tests.components.mailhost import PASSWORD, USER, MailHost, mailhost
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import FOLDER_MAIL, Repository, make_repository

ADDRESS = "late+reader@example.com"
RETURN_PATH = 'return_path = "bounces@example.com"'


@pytest.fixture(scope="module")
def beyond():
    """Every letter to late+full is refused for the day, every other for good."""
    replies = {"late+full": "552 5.2.2 mailbox full", "late": "550 5.1.1 no such user"}
    with smtp_relay(Script(at_rcpt=replies)) as relay:
        yield relay


@pytest.fixture(scope="module")
def host(beyond):
    with mailhost(("bounces",), beyond.port) as host:
        yield host


@pytest.fixture
def repository(tmp_path) -> Repository:
    repository = make_repository(tmp_path, mail=f"{FOLDER_MAIL}\n{RETURN_PATH}")
    repository.subscribe(ADDRESS, "late+full@example.com")
    return repository


def token_of(repository: Repository, address: str) -> str:
    with open_state(read_settings(repository.root)) as state:
        return state.address_book.find(address).token


def send(host: MailHost, repository: Repository, address: str) -> None:
    """Send a letter as statusgen would: with the reader's return path and way out."""
    settings = read_settings(repository.root)
    token = token_of(repository, address)
    with open_state(settings) as state:
        sender = Identity(settings.page, settings.mail, state.secret_key).sender(token)
        signed = UnsubscribeTokens(state.secret_key).sign(token)
    way_out = f"<mailto:stop@example.com?subject=unsubscribe%20{signed}>"
    text = f"Subject: Login is slow\nTo: {address}\nList-Unsubscribe: {way_out}\n\nWe are on it.\n"
    with smtplib.SMTP("localhost", host.port) as client:
        client.starttls(context=host.certificate.client_context())
        client.login(USER, PASSWORD)
        client.sendmail(sender, [address], text)


@pytest.mark.component("postfix")
def test_a_letter_that_comes_back_later_ends_the_letters(host, repository):
    before = len(host.letters_of("bounces"))
    send(host, repository, ADDRESS)
    send(host, repository, "late+full@example.com")
    host.wait_for("bounces", before + 2)
    source = f"maildir:{host.folder}/mail/bounces"

    first = repository.run("mail", "bounces", source, "--json")
    second = repository.run("mail", "bounces", source, "--json")

    assert first.code == second.code == 0, first.err + second.err
    found = {one["id"]: one["effect"] for one in first.json["subscribers"]}
    assert found == {
        token_of(repository, ADDRESS): "bounced",
        token_of(repository, "late+full@example.com"): "strikes",
    }
    assert second.json["read"] == 0
    states = {
        one["id"]: one["state"] for one in repository.run("subscribers", "list", "--json").json
    }
    assert states[token_of(repository, ADDRESS)] == "bounced"
    assert states[token_of(repository, "late+full@example.com")] == "active"
    assert "@" not in first.out
