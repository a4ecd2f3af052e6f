"""`mail hold` stops every sender of a ledger within two seconds, and `mail resume` lets go."""

import time
from collections import Counter

import pytest

from tests.components.postgresql import postgresql  # noqa: F401  a fixture
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import make_repository

READERS = 80
BEFORE = 10
"""So many letters the relay takes before it keeps a sender waiting."""
WITHIN_S = 2.0
WATCHED_S = 1.0


@pytest.fixture
def script():
    with smtp_relay(Script(holds_after=BEFORE)) as script:
        yield script


def repository_with(root, script, database=""):
    state = f'[state]\ndatabase = "{database}"' if database else ""
    transport = f'transport = "smtp://127.0.0.1:{script.port}"\nmax_connections = 2'
    repository = make_repository(root, mail=transport, extra=state)
    repository.subscribe(*(f"reader{number}@example.com" for number in range(READERS)))
    return repository


def wait_until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def everybody_once(script):
    return Counter(address for address, _ in script.seen) == Counter(
        f"reader{number}@example.com" for number in range(READERS)
    )


def test_a_publish_stops_and_a_resume_goes_on(tmp_path, script):
    repository = repository_with(tmp_path, script)
    publish = repository.start_apart("publish", "--yes")
    script.wait_until_it_holds()

    held = repository.run_apart("mail", "hold")
    script.go_on.set()
    out, err = publish.communicate(timeout=60)
    arrived = len(script.seen)
    status = repository.run_apart("mail", "status")
    resumed = repository.run_apart("mail", "resume")

    assert held.code == 0, held.err
    assert BEFORE <= arrived < READERS
    assert publish.returncode == 4
    assert "letters are held" in err
    assert f"{READERS} letters = " in err
    assert "letters are held" in status.out
    assert (resumed.code, "released" in resumed.err) == (0, True)
    assert everybody_once(script), out


def test_senders_on_one_server_stop_and_go_on_together(
    tmp_path,
    script,
    postgresql,  # noqa: F811
):
    repository = repository_with(tmp_path, script, postgresql.new_database())
    held, published = repository.run_apart("mail", "hold"), repository.run_apart("publish", "--yes")
    workers = [repository.start_apart("mail", "work") for _ in range(2)]
    waiting = [one.stderr.readline() for one in workers]
    before = len(script.seen)

    first = repository.start_apart("mail", "resume")
    script.wait_until_it_holds()
    again = repository.run_apart("mail", "hold")
    script.go_on.set()
    stopped = end_of(first)
    arrived = len(script.seen)
    second = repository.start_apart("mail", "resume")
    ended = [end_of(one) for one in (*workers, second)]

    assert (held.code, published.code, before, again.code) == (0, 4, 0, 0)
    assert f"{READERS} letters, because letters are held" in published.err
    assert all("letters are held" in one for one in waiting)
    assert BEFORE <= arrived < READERS, stopped
    assert [code for code, _, _ in ended[:2]] == [0, 0], ended
    assert everybody_once(script)


@pytest.mark.soak
def test_nothing_arrives_two_seconds_after_a_hold(tmp_path):
    with smtp_relay(Script(at_dot={"": lambda _tries: time.sleep(0.04)})) as script:
        repository = repository_with(tmp_path, script)
        publish = repository.start_apart("publish", "--yes")
        wait_until(lambda: len(script.seen) > 5)

        repository.run_apart("mail", "hold")
        time.sleep(WITHIN_S)
        arrived = len(script.seen)
        time.sleep(WATCHED_S)

        assert 0 < arrived == len(script.seen) < READERS
        publish.communicate(timeout=60)


def end_of(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err
