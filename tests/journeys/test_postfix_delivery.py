"""Through a real Postfix that greylists some and refuses some: everybody is accounted for."""

import re

import pytest

from statusgen.mail.letters.letter import Letter
from tests.components.mailhost import PASSWORD, USER, mailhost
from tests.fakes.repository import make_repository
from tests.mail.letters.rules import breaches

READERS = tuple(f"reader{number}" for number in range(8))
GREY = ("grey1", "grey2", "grey3")
EVERYBODY = (*READERS, *GREY, "temp1", "perm1", "perm2")


@pytest.fixture(scope="module")
def host():
    with mailhost((*READERS, *GREY)) as host:
        yield host


@pytest.fixture
def repository(tmp_path, host, monkeypatch):
    monkeypatch.setenv("STATUSGEN_SMTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(host.certificate.path))
    user = USER.replace("@", "%40")
    repository = make_repository(
        tmp_path, mail=f'transport = "smtp://{user}@localhost:{host.port}"\nmax_connections = 3'
    )
    repository.subscribe(*(f"{name}@example.com" for name in EVERYBODY))
    return repository


ADDED = re.compile(
    rb"(?:(?:Return-Path|X-Original-To|Delivered-To|Received): .*\r\n(?:[ \t].*\r\n)*)+"
)
"""What Postfix puts above a letter."""


def arrived(host, repository, name):
    """The letters in a mailbox, byte by byte but for what Postfix has put above them."""
    address = f"{name}@example.com"
    token = repository.run("subscribers", "show", address, "--json").json["id"]
    box = host.folder / "mail" / name / "new"
    contents = [one.read_bytes().replace(b"\n", b"\r\n") for one in box.iterdir()]
    return [
        Letter(
            update_id="",
            token=token,
            message_id=re.search(rb"(?m)^Message-ID: (.*)\r$", content)[1].decode(),
            sender="status@example.com",
            recipient=address,
            content=content[ADDED.match(content).end() :],
        )
        for content in contents
    ]


def account(repository):
    told = repository.run("mail", "status", "--json").json
    (row,) = [one for one in told["updates"] if one["audience"]]
    return {state: number for state, number in row.items() if isinstance(number, int) and number}


@pytest.mark.component("postfix")
def test_who_is_greylisted_gets_the_letter_later_and_who_is_gone_is_not_asked_again(
    host, repository
):
    first = repository.run("publish", "--yes")
    after_first = account(repository)
    second = repository.run("mail", "resume")
    after_second = account(repository)
    repository.write_update("02-identified", "identified", "02:09")
    repository.run("publish", "--yes", now="2026-11-21T02:10:00Z")

    ids = set()
    for name in (*READERS, *GREY):
        host.wait_for(name, 2)
        letters = arrived(host, repository, name)
        assert [breaches(one) for one in letters] == [[], []]
        ids |= {one.message_id for one in letters}
    assert len(ids) == 2 * (len(READERS) + len(GREY))
    assert (first.code, second.code) == (4, 4)
    assert after_first == {
        "audience": 14,
        "owed": 4,
        "accepted": 8,
        "deferred": 4,
        "failed": 2,
    }
    assert after_second == {"audience": 14, "owed": 1, "accepted": 11, "deferred": 1, "failed": 2}
    later = repository.run("mail", "status", "--json").json["updates"][0]
    assert later["audience"] == 12  # without those whose mailboxes are not there
    log = (host.folder / "maillog").read_text()
    assert log.count("<perm1@example.com>: Recipient address rejected") == 1
