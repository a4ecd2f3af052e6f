"""`mail`: the ledger in the operator's hand."""

import pytest

from statusgen.composition import open_state
from statusgen.config.reader import read_settings
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


def test_nothing_owed_nothing_resumed(repository):
    repository.run("publish", "--yes")

    done = repository.run("mail", "resume")

    assert (done.code, done.out) == (0, "no letters are owed\n")


def test_a_letter_that_failed_is_sent_again_on_request(repository):
    script = Script(at_rcpt={"bob": "554 5.6.0 not today"})
    with smtp_relay(script) as relay:
        repository.configure(mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        first = repository.run("publish", "--yes")
        script.at_rcpt = {}
        second = repository.run("mail", "retry", UPDATE)

    assert first.code == 4
    assert "1 failed" in first.out
    assert second.code == 0
    assert sorted(address for address, _ in script.seen) == ["ann@example.com", "bob@example.com"]


def test_a_refused_resume_leaves_the_hold_as_it_is(repository):
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "a half of"))

    by_page = repository.run("mail", "resume")
    repository.run("publish", "--yes", "--no-mail")
    with open_state(read_settings(repository.root)) as state, state.ledger.exclusive():
        by_lock = repository.run("mail", "resume")
    is_held = repository.run("mail", "status", "--json").json["held"]

    assert (by_page.code, by_lock.code, is_held) == (3, 3, True)
    assert "released" not in by_page.err + by_lock.err
    assert repository.letters() == []


def test_nothing_is_retried_while_letters_are_held(repository):
    repository.run("publish", "--yes")
    repository.run("mail", "hold")

    done = repository.run("mail", "retry", UPDATE)

    assert done.code == 3
    assert "letters are held, so nothing was done; first run `statusgen mail resume`" in done.err


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
