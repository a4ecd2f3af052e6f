"""Times whole commands: wall seconds and peak memory of the process and its children."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    """Of the command and what it waited for, whatever else the machine did meanwhile."""
    peak_mb: float
    """Of the largest single process."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of several runs, and their spread."""

    wall_s: float
    fastest_s: float
    slowest_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Job:
    """A command, and what has to be done before each run and isn't timed."""

    command: Sequence[str | Path]
    before_each: Callable[[], None] = lambda: None
    folder: Path | None = None
    """Where it runs; None: where all the others do."""
    exit_code: int = 0
    """How it has to end."""


def measure(
    command: Sequence[str | Path],
    folder: Path,
    runs: int,
    before_each: Callable[[], None] = lambda: None,
    *,
    exit_code: int = 0,
) -> Figure:
    """Runs `command` in `folder` so many times, after `before_each`, which isn't timed."""
    job = Job(command, before_each, folder, exit_code)
    return measure_in_turn({"": job}, folder, runs)[""]


def measure_in_turn(jobs: Mapping[str, Job], folder: Path, runs: int) -> dict[str, Figure]:
    """Runs each in its turn, so that a busy minute of the machine meets all alike."""
    done: dict[str, list[Run]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            job.before_each()
            done[name].append(_run(job, job.folder or folder))
    return {name: _figure(one) for name, one in done.items()}


def print_row(name: str, figure: Figure, ratios: str = "") -> None:
    """Print a figure with its spread and what it is beside others."""
    spread = f"{figure.fastest_s:.3f} to {figure.slowest_s:.3f}"
    print(
        f"  {name:<52}{figure.wall_s:8.3f} s  ({spread})  {figure.cpu_s:6.2f} s CPU  "
        f"{figure.peak_mb:4.0f} MB  {ratios}",
        flush=True,
    )


def _figure(done: Sequence[Run]) -> Figure:
    walls = [one.wall_s for one in done]
    return Figure(
        wall_s=median(walls),
        fastest_s=min(walls),
        slowest_s=max(walls),
        cpu_s=median(one.cpu_s for one in done),
        peak_mb=median(one.peak_mb for one in done),
    )


def _run(job: Job, folder: Path) -> Run:
    """Started by a small process: Linux counts what the starting one holds as the command's.

    Python may store its bytecode, as it does for users.
    """
    words = [sys.executable, "-I", "-S", __file__, *(str(part) for part in job.command)]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != job.exit_code:
        command = " ".join(map(str, job.command))
        sys.exit(f"{command} left with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    return Run(*map(float, done.stdout.split()))


def _time(command: Sequence[str]) -> None:
    """Run the command, and print its wall seconds, CPU seconds and peak memory in MB."""
    start_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start_s
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    print(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)
    sys.exit(process.returncode)


if __name__ == "__main__":
    _time(sys.argv[1:])
