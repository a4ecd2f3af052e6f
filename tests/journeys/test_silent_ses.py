"""SES that goes silent, or sends a byte a second, while letters leave: the run has an end."""

import signal
import threading

import pytest

from statusgen.mail.delivery.reconnecting import Reconnecting
from statusgen.mail.transports.ses import SesTimeouts
from tests.components.dripping import HEAD
from tests.components.ses_server import (
    SOUND_ACCOUNT,
    accept,
    ses_server,  # noqa: F401 - a fixture
    stall,
    trickle,
)
from tests.fakes.repository import ID, make_repository

READERS = 30
TAKEN = 10
SILENT = pytest.mark.parametrize("silent", [stall, trickle(HEAD)], ids=["silence", "a trickle"])
IN_FLIGHT = 2


@pytest.fixture
def repository(tmp_path, ses_server, monkeypatch):  # noqa: ARG001, F811 - credentials
    monkeypatch.setattr("statusgen.mail.transports.ses.ENDURING", SesTimeouts(60, 60, 0.4, 0.4))
    monkeypatch.setattr(
        "statusgen.mail.delivery.run.Reconnecting", lambda out, _budget_s: Reconnecting(out, 1.0)
    )
    mail = f'transport = "ses://eu-west-1"\nmax_connections = {IN_FLIGHT}'
    repository = make_repository(tmp_path, mail=mail)
    repository.subscribe(*(f"reader{number}@example.com" for number in range(READERS)))
    return repository


def go_silent(server, silent):
    """Answer no question more, and no letter after the first few."""

    def last(handler):
        server.account = silent
        accept(handler)

    server.script.extend([*[accept] * (TAKEN - 1), last, *[silent] * READERS])


def account(repository):
    [told] = repository.run("mail", "status", "--json").json["updates"]
    return told


@SILENT
def test_a_run_ends_and_says_so_and_the_next_goes_on(repository, ses_server, silent):  # noqa: F811
    go_silent(ses_server, silent)

    done = repository.run("publish", "--yes")
    left = account(repository)
    ses_server.account = SOUND_ACCOUNT
    ses_server.script.clear()
    again = repository.run("publish", "--yes")

    assert done.code == 4
    assert "SES in eu-west-1: it did not answer in time; try again in a minute" in done.err
    assert "one in three" in repository.page(f"incidents/{ID}.html")
    assert left["accepted"] == TAKEN
    assert left["in_doubt"] == IN_FLIGHT
    assert left["queued"] == READERS - TAKEN - IN_FLIGHT
    assert again.code == 0
    assert {recipient for recipient, _ in ses_server.letters} == {
        f"reader{number}@example.com" for number in range(READERS)
    }
    assert len(ses_server.letters) == READERS + IN_FLIGHT


@SILENT
def test_a_run_in_which_letters_alone_are_not_answered_ends_too(
    repository,
    ses_server,  # noqa: F811
    silent,
):
    ses_server.script.extend([*[accept] * TAKEN, *[silent] * READERS])

    done = repository.run("publish", "--yes")
    left = account(repository)

    assert done.code == 4
    assert "without an answer to a letter, so nobody knows whether they arrived" in done.err
    assert left["accepted"] == TAKEN
    assert IN_FLIGHT <= left["in_doubt"] < READERS - TAKEN
    assert left["accepted"] + left["in_doubt"] + left["queued"] == READERS


def test_the_first_ctrl_c_ends_the_wait_for_an_answer_about_the_account(
    repository,
    ses_server,  # noqa: F811
):
    is_asked = threading.Event()

    def told(handler):
        is_asked.set()
        trickle(HEAD)(handler)

    ses_server.account = told
    process = repository.start_apart("publish", "--yes")
    assert is_asked.wait(60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)  # less than an answer is waited for

    assert process.returncode == 130
    assert "safe to run the command again" in err
    assert "Traceback" not in err
    assert account(repository)["queued"] == READERS
