"""`mail resume` and `mail retry`: what is owed goes out now."""

from statusgen.cli.composition import open_state
from statusgen.config.reader import read_settings
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import FIRST, ID, make_repository

UPDATE = f"{ID}/01-investigating"


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


def test_a_deferred_letter_is_in_the_account_and_sent_again_on_request(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    script = Script(at_dot={"ann": busy_at_first})
    with smtp_relay(script) as relay:
        repository.configure(mail=f'transport = "smtp://127.0.0.1:{relay.port}"')
        first = repository.run("publish", "--yes")
        second = repository.run("mail", "retry", UPDATE)

    assert first.code == 4
    assert "account: 1 letter = 1 deferred" in first.err
    assert (second.code, second.out) == (0, "1 letter sent, 0 still owed\n")


def busy_at_first(tries):
    return "451 4.3.0 busy" if tries == 1 else None


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
