"""`mail work` in processes of its own, and what `resume` and `retry` say."""

import signal
import time

import pytest

from statusgen.cli.composition import open_state, open_working_lock
from statusgen.config.reader import read_settings
from tests.fakes.repository import FIRST, ID, make_repository

UPDATE = f"{ID}/01-investigating"


@pytest.fixture
def repository(repository):
    repository.run("mail", "hold")
    assert repository.run("publish", "--yes").code == 4
    with_letters_held = repository.run("mail", "status", "--json").json
    assert with_letters_held["held"]
    return repository


def let_go(repository):
    """Let letters go out again, without sending one."""
    with open_state(read_settings(repository.root)) as state:
        state.ledger.release_all()


def test_it_sends_what_is_owed_and_ends(repository):
    let_go(repository)

    done = repository.run("mail", "work")

    assert (done.code, done.out) == (0, "2 letters sent, 0 still owed\n")
    assert len(repository.letters()) == 2


def test_programs_get_the_account(repository):
    let_go(repository)

    value = repository.run("mail", "work", "--json").json

    assert (value["sent"], value["audience"], value["accepted"]) == (2, 2, 2)
    assert (value["trouble"], value["flaw"], value["resent"]) == (None, None, [])


def test_nothing_owed_ends_at_once(repository):
    repository.run("mail", "resume")

    assert repository.run("mail", "work").out == "no letters are owed\n"


def test_what_the_page_does_not_show_is_not_sent(repository):
    let_go(repository)
    repository.write(f"{ID}/01-investigating.md", FIRST.replace("one in three", "half of"))

    done = repository.run("mail", "work")

    assert done.code == 3
    assert "statusgen publish" in done.err
    assert repository.letters() == []


def test_a_second_one_on_a_file_is_refused(repository):
    with open_working_lock(read_settings(repository.root)):
        done = repository.run("mail", "work")

    assert done.code == 3
    assert "another statusgen is sending letters from this address book" in done.err


def test_for_ever_it_sends_what_the_next_publish_queues_until_it_is_stopped(tmp_path):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    worker = repository.start_apart("mail", "work", "--forever")
    waiting = wait_for_line(worker, "waiting for the next publish")
    repository.run("mail", "hold")
    published = repository.run("publish", "--yes")
    let_go(repository)
    wait_until(repository.letters)

    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=60)

    assert waiting
    assert published.code == 4
    assert (worker.returncode, out) == (0, "1 letter sent, 0 still owed\n")
    assert "Traceback" not in err


def test_ctrl_c_while_letters_are_held_accounts_for_what_is_owed(repository):
    worker = repository.start_apart("mail", "work")
    held = wait_for_line(worker, "letters are held")

    worker.send_signal(signal.SIGINT)
    out, err = worker.communicate(timeout=60)

    assert held
    assert (worker.returncode, out) == (130, "0 letters sent, 2 still owed\n")
    assert "account: 2 letters = 2 queued" in err


def wait_for_line(process, text):
    return any(text in line for line in process.stderr)


def wait_until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
