"""`mail status`: the account, who sends, and whether they may."""

import socket
import subprocess

import pytest

from statusgen.cli.composition import is_gone, open_state, this_run
from statusgen.config.reader import read_settings
from statusgen.values.value import replace
from tests.builders import instant
from tests.components.smtp_relay import Script, smtp_relay
from tests.fakes.repository import FIRST, ID, NOW, make_repository
from tests.fakes.terminal import CTRL_C, on_terminal


@pytest.fixture
def repository(repository):
    repository.run("publish", "--yes")
    return repository


def test_who_sends_and_whether_letters_are_held_is_shown(repository):
    with open_state(read_settings(repository.root)) as state:
        sender = state.ledger.enlist(this_run(instant("02:10")).by, is_gone)
        state.ledger.hold_all(instant("02:10"))
        shown = repository.run("mail", "status")
        value = repository.run("mail", "status", "--json").json
        state.ledger.dismiss(sender)

    assert f" on {socket.gethostname()}, since 20" in shown.out
    assert "letters are held; `statusgen mail resume`" in shown.out
    assert value["held"]
    [one] = value["senders"]
    assert one["host"] == socket.gethostname()
    assert value["total"]["accepted"] == value["total"]["audience"] == 2


def test_every_letter_is_accounted_for(repository):
    [row] = repository.run("mail", "status", "--json").json["updates"]

    assert row["update"] == f"{ID}/01-investigating"
    assert (row["audience"], row["accepted"], row["failed"]) == (2, 2, 0)


def test_nobody_at_work_is_not_worth_a_word(repository):
    shown = repository.run("mail", "status")

    assert "sending" not in shown.out + shown.err
    assert "held" not in shown.out + shown.err


def test_an_update_is_known_by_a_part_of_its_name(repository):
    assert repository.run("mail", "status", "investigating").code == 0
    unknown = repository.run("mail", "status", "nothing")
    assert (unknown.code, "`statusgen mail status` shows their names" in unknown.err) == (2, True)


def test_a_part_that_fits_several_means_the_open_incident(repository):
    repository.write("older/01-investigating.md", FIRST)
    repository.write(
        "older/02-resolved.md", "---\nstatus: resolved\nat: 2026-11-21T02:06:00Z\n---\nOver.\n"
    )
    repository.run("publish", "--yes")

    [row] = repository.run("mail", "status", "01-investigating", "--json").json["updates"]

    assert row["update"] == f"{ID}/01-investigating"


def test_who_was_killed_while_sending_is_not_shown_at_work(repository):
    dead = subprocess.Popen(["true"])
    dead.wait()
    by = this_run(instant("02:10")).by
    boot, _, began = by.process.split()
    with open_state(read_settings(repository.root)) as state:
        state.ledger.enlist(replace(by, process=f"{boot} {dead.pid} {began}"), is_gone)
        shown = repository.run("mail", "status")

    assert "sending" not in shown.out + shown.err


def test_watching_shows_it_until_ctrl_c(repository):
    with on_terminal(repository.root, "mail", "status", "--watch", now=NOW) as terminal:
        terminal.wait_for("letters/s")
        terminal.press(CTRL_C)
        code = terminal.wait_for_the_end()

    assert code == 0
    assert "Traceback" not in terminal.shown


def test_watching_needs_a_terminal(repository):
    assert repository.run("mail", "status", "--watch").code == 2


def test_an_empty_ledger_says_so(tmp_path):
    done = make_repository(tmp_path).run("mail", "status")

    assert done.code == 0
    assert "the ledger is empty" in done.out


def test_why_the_last_run_stopped_is_said_until_nothing_is_owed(tmp_path, monkeypatch):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    with smtp_relay(Script(), users={"me": "secret"}) as relay:
        repository.configure(mail=f'transport = "smtp://me@127.0.0.1:{relay.port}"')
        monkeypatch.setenv("STATUSGEN_SMTP_PASSWORD", "wrong")
        published = repository.run("publish", "--yes")
        shown = repository.run("mail", "status")
        value = repository.run("mail", "status", "--json").json
        monkeypatch.setenv("STATUSGEN_SMTP_PASSWORD", "secret")
        resumed = repository.run("mail", "resume")
        after = repository.run("mail", "status", "--json").json

    why = f"the relay 127.0.0.1:{relay.port} refused the user or the password (535 5.7.8); check"
    assert (published.code, resumed.code) == (4, 0)
    assert "the last run stopped at 2026-11-21T02:10:" in shown.out
    assert f": {why} mail.transport and STATUSGEN_SMTP_PASSWORD" in shown.out
    assert value["trouble"]["text"].startswith(why)
    assert (value["total"]["owed"], after["total"]["owed"], after["trouble"]) == (1, 0, None)


def test_a_password_that_is_not_set_keeps_letters_and_the_page_goes_up(tmp_path, monkeypatch):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.configure(mail='transport = "smtp://me@127.0.0.1:9"')
    monkeypatch.delenv("STATUSGEN_SMTP_PASSWORD", raising=False)

    published = repository.run("publish", "--yes")

    assert published.code == 4
    assert "STATUSGEN_SMTP_PASSWORD is not set" in published.err
    assert (repository.root / "public" / "index.html").exists()
    assert repository.run("mail", "status", "--json").json["total"]["owed"] == 1
