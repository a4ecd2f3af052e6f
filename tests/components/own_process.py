"""A server of the tests in a process of its own: it outlives whom the tests kill, not the tests.

A module that serves calls `announce(port)` once it listens. When the process that started it is
gone, its standard input ends, and so does it.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class OwnProcess:
    """Where it listens, and as what it runs."""

    port: int
    pid: int


@contextmanager
def own_process(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[OwnProcess]:
    """Run `python -m MODULE ARGUMENTS` until the block ends; in our own environment if none."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**(os.environ if environment is None else environment), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            assert line, f"{module} did not start"
            yield OwnProcess(int(line), process.pid)
        finally:
            process.kill()


def announce(port: int) -> None:
    """Tell who started this process where it listens, and end with them."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)
