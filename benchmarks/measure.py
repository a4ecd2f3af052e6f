"""Times whole commands: wall seconds and peak memory of the process and its children."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall_s: float
    peak_mb: float
    """Of the largest single process."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of several runs, and their spread."""

    wall_s: float
    fastest_s: float
    slowest_s: float
    peak_mb: float


def measure(
    command: Sequence[str | Path],
    folder: Path,
    runs: int,
    before_each: Callable[[], None] = lambda: None,
) -> Figure:
    """Runs `command` in `folder` so many times, after `before_each`, which isn't timed."""
    done = []
    for _ in range(runs):
        before_each()
        done.append(_run(command, folder))
    walls = [one.wall_s for one in done]
    return Figure(
        wall_s=median(walls),
        fastest_s=min(walls),
        slowest_s=max(walls),
        peak_mb=median(one.peak_mb for one in done),
    )


def _run(command: Sequence[str | Path], folder: Path) -> Run:
    start_s = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed with {process.returncode}:\n{stderr.decode()[-2000:]}")
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    return Run(wall_s, usage.ru_maxrss / scale)
