import resource
import signal
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from statusgen.words.process_limits import TimeIsUp, at_most, bounded

ENDLESS = """
from statusgen.words.process_limits import bounded

with bounded(most_time_s=0):
    9 ** (9 ** 9 + len(__name__))
"""


def limits():
    return [resource.getrlimit(what) for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]


def test_gigabytes_are_refused_and_what_was_allowed_before_is_again():
    before = limits()

    with bounded():
        with pytest.raises(MemoryError):
            _ = "x" * (8 * 1024**3)
        within = limits()

    assert all(soft != resource.RLIM_INFINITY for soft, _ in within)
    assert limits() == before


def test_the_system_ends_what_no_signal_of_pythons_can():
    done = subprocess.run([sys.executable, "-c", ENDLESS], timeout=120, check=False)

    assert done.returncode == -signal.SIGXCPU


def spin():
    while True:
        pass


def test_time_in_python_and_in_the_kernel_counts():
    def ask():
        while True:
            Path("/").stat()

    for work in (spin, ask):
        with pytest.raises(TimeIsUp), at_most(0.01):
            work()


def test_no_library_takes_the_end_for_an_error_of_its_own():
    def stubborn():
        while True:
            try:
                spin()
            except Exception:  # noqa: BLE001  as some do
                continue

    with pytest.raises(TimeIsUp), at_most(0.01):
        stubborn()


def test_what_ends_in_time_leaves_no_timer_behind():
    before = signal.getsignal(signal.SIGPROF)

    with at_most(60):
        pass

    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_beside_the_main_thread_nothing_is_measured():
    done = []

    def render():
        with at_most(0.0001):
            done.append(sum(range(100_000)))

    thread = threading.Thread(target=render)
    thread.start()
    thread.join()

    assert len(done) == 1


@pytest.mark.parametrize("ends_in_time", [True, False])
def test_a_signal_that_comes_while_the_timer_is_put_away_is_too_late(monkeypatch, ends_in_time):
    put = signal.setitimer

    def late(which, seconds, *again):
        if not seconds:
            signal.raise_signal(signal.SIGPROF)
        put(which, seconds, *again)

    monkeypatch.setattr(signal, "setitimer", late)
    with nullcontext() if ends_in_time else pytest.raises(TimeIsUp), at_most(60):
        if not ends_in_time:
            signal.raise_signal(signal.SIGPROF)
