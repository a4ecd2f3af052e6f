import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_mail_work import make_repository, wait_for_line

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_letters_in_flight_are_finished_and_accounted_for(tmp_path, number):
    repository = make_repository(tmp_path)
    repository.subscribe("ann@example.com")
    repository.run("mail", "hold")
    repository.run("publish", "--yes")
    worker = repository.start_apart("mail", "work")
    held = wait_for_line(worker, "letters are held")

    worker.send_signal(number)
    out, err = worker.communicate(timeout=30)

    assert held
    assert out == "0 letters sent, 1 still owed\n"
    assert "Traceback" not in err


def test_a_job_in_the_background_which_hears_no_ctrl_c_hears_this():
    assert run_and_signal("SIG_IGN", "SIGTERM") == "interrupted"


def test_what_is_to_be_ignored_stays_ignored():
    assert run_and_signal("SIG_IGN", "SIGHUP", ignored="SIGHUP") == "went on"


def run_and_signal(interrupt, name, ignored=""):
    code = f"""
import signal
from statusgen.cli.signals import end_like_ctrl_c
signal.signal(signal.SIGINT, signal.{interrupt})
if "{ignored}":
    signal.signal(signal.{ignored or name}, signal.SIG_IGN)
end_like_ctrl_c()
try:
    signal.raise_signal(signal.{name})
    print("went on")
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
