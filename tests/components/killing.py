"""Processes that are killed, or stopped and continued, at seeded random moments."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.components.soak import part

TIMEOUT_S = part(120, 900)
"""A command that takes longer hangs."""

Process = subprocess.Popen[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended (a negative signal where one did it), and what it said."""

    code: int
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


def end(process: Process) -> Ended:
    """Wait for the end of a process."""
    try:
        out, err = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ended(process.returncode, out or "", err or "")


def kill_at(process: Process, is_time: Callable[[], bool], then_s: float = 0) -> Ended:
    """Kill the process so long after it was time, unless it has ended by then."""
    deadline = time.monotonic() + TIMEOUT_S
    while process.poll() is None and not is_time():
        if time.monotonic() > deadline:
            process.kill()
            raise AssertionError("the process hangs")
        time.sleep(0.001)
    return kill_after(process, then_s)


def kill_after(process: Process, seconds: float) -> Ended:
    """Kill the process after so long, wherever it is by then."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    return end(process)


def pause(process: Process, seconds: float) -> None:
    """Stop the process for a while, as a closed laptop does; nothing if it has ended."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGCONT)


def run_with_pauses(
    processes: Iterable[Process], random: Random, *, each_s: tuple[float, float], rest_s: float
) -> list[Ended]:
    """Stop now one, now another of the processes for a random while, until all have ended."""
    everyone = list(processes)
    deadline = time.monotonic() + TIMEOUT_S
    while running := [one for one in everyone if one.poll() is None]:
        if time.monotonic() > deadline:
            for one in running:
                one.kill()
            raise AssertionError("the processes hang")
        time.sleep(random.uniform(0, rest_s))
        pause(random.choice(running), random.uniform(*each_s))
    return [end(one) for one in everyone]
