"""A closed terminal and a stopped service end a command as Ctrl-C does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.mail.test_work import let_go, wait_for_line, wait_until
from tests.components.journal_sink import Conduct, journal_sink
from tests.fakes.repository import NOW, make_repository

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_waits_ends_with_its_account(tmp_path, number):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    worker = repository.start_apart("mail", "work")
    held = wait_for_line(worker, "letters are held")

    worker.send_signal(number)
    out, err = worker.communicate(timeout=60)

    assert held
    assert out == "0 letters sent, 1 still owed\n"
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "code"), [(("publish", "--yes"), 130), (("mail", "work", "--forever"), 0)]
)
def test_a_job_in_the_background_finishes_what_is_in_flight(tmp_path, words, code):
    with journal_sink(tmp_path / "journal", Conduct(reply_delay_s=0.3)) as sink:
        repository = make_repository(
            tmp_path, mail=f'transport = "smtp://127.0.0.1:{sink.port}"\nmax_connections = 4'
        )
        repository.subscribe(*(f"reader{number}@example.com" for number in range(40)))
        if words[0] == "mail":
            repository.run("mail", "hold")
            repository.run("publish", "--yes")
            let_go(repository)
        job = start_in_background(repository, *words)
        wait_until(lambda: len(sink.arrived()) > 4)

        job.send_signal(signal.SIGTERM)
        job.communicate(timeout=60)
        total = repository.run("mail", "status", "--json").json["total"]

        assert job.returncode == code
        assert (total["in_doubt"], total["dot"]) == (0, 0)
        assert total["accepted"] == len(sink.arrived()) < 40


def start_in_background(repository, *words):
    """As a shell does that controls no jobs: Ctrl-C is for whoever is in front."""
    command = [sys.executable, "-m", "statusgen", "-C", str(repository.root), "--now", NOW]
    return subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(("number", "ended"), [("SIGINT", "went on"), ("SIGTERM", "interrupted")])
def test_a_job_in_the_background_hears_no_ctrl_c_but_whoever_stops_it(number, ended):
    assert run_and_signal("SIGINT", number) == ended


def test_what_is_to_be_ignored_stays_ignored():
    assert run_and_signal("SIGHUP", "SIGHUP") == "went on"


def run_and_signal(ignored, number):
    code = f"""
import signal
from statusgen.cli.signals import end_like_ctrl_c
signal.signal(signal.{ignored}, signal.SIG_IGN)
end_like_ctrl_c()
try:
    signal.raise_signal(signal.{number})
    print("went on")
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
