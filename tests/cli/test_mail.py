"""`mail`: the ledger in the operator's hand."""

import pytest

from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import FIRST, ID, NOW, make_repository, parse_letters
from tests.fakes.terminal import on_terminal

UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def repository(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com", "bob@example.com")
    return repository


def test_an_empty_ledger_says_so(repository):
    done = repository.run("mail", "status")

    assert done.code == 0
    assert "the ledger is empty" in done.out


def test_every_letter_is_accounted_for(repository):
    repository.run("publish", "--yes")

    [row] = repository.run("mail", "status", "--json").json["updates"]

    assert row["update"] == UPDATE
    assert (row["audience"], row["accepted"], row["failed"]) == (2, 2, 0)


def test_letters_are_given_up_on_a_terminal_only_after_a_yes(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")

    with on_terminal(repository.root, "mail", "hold", "investigating", now=NOW) as terminal:
        terminal.wait_for(f"Give up 2 letters about {UPDATE} for good? [y/N]:")
        terminal.press("n\n")
        code = terminal.wait_for_the_end()
    done = repository.run("mail", "hold", "investigating", "--json")

    assert (code, "nothing was given up" in terminal.shown) == (3, True)
    assert done.json == {"update": UPDATE, "held": 2}


def test_what_is_held_is_never_sent(repository):
    script = Script(at_rcpt={"bob": "451 4.3.0 busy"})
    with smtp_relay(script) as relay:
        repository.configure(mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        first = repository.run("publish", "--yes")
        held = repository.run("mail", "hold", "investigating")
        script.at_rcpt = {}
        second = repository.run("mail", "resume")

    assert first.code == 4
    assert held.out == f"1 letter about {UPDATE} will not be sent\n"
    assert (second.code, len(script.seen)) == (0, 1)


def test_a_preview_shows_letters_and_sends_none(repository, tmp_path):
    shown = repository.run("mail", "preview")
    written = repository.run("mail", "preview", "checkout", "--out", tmp_path / "letters")

    [letter] = parse_letters([(tmp_path / "letters" / "01-investigating.eml").read_bytes()])
    assert "Subject: Acme — Investigating Increased error rates" in shown.out
    assert written.code == 0
    assert "reader@example.com" in letter["To"]
    assert repository.letters() == []


def test_letters_wait_for_the_page_to_say_the_same(repository):
    script = Script(at_rcpt={"bob": "451 4.3.0 busy"})
    with smtp_relay(script) as relay:
        repository.configure(mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        repository.run("publish", "--yes")
        script.at_rcpt = {}
        repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "a half of"))
        early = repository.run("mail", "resume")
        repository.run("publish", "--yes", "--no-mail")
        late = repository.run("mail", "resume")

    assert early.code == 3
    assert "statusgen publish" in early.err
    assert (late.code, late.out) == (0, "1 letter sent, 0 still owed\n")
    assert len(script.seen) == 2
