"""Postfix's own measuring pair: `smtp-sink` takes letters and drops them, `smtp-source` sends."""

import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.components.available import missing, program

_MOST_CONNECTIONS = 256
_TIMEOUT_S = 60
_TRIES = 5


@dataclass(frozen=True, slots=True)
class SmtpSink:
    port: int
    _counters: Path

    def letters(self) -> int:
        """How many it has taken; only of a sink that counts."""
        counts = re.findall(rb"mesg=(\d+)", self._counters.read_bytes())
        return int(counts[-1]) if counts else 0


@contextmanager
def smtp_sink(*options: str, counts: bool = False) -> Iterator[SmtpSink]:
    """Run a sink on a free port; `options` are smtp-sink's own, such as `-q .`.

    Counting slows it down, so a benchmark does without.
    """
    if reason := missing("smtp-sink"):
        raise AssertionError(reason)
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    options = (*user, *(["-c"] if counts else []), "-m", str(_MOST_CONNECTIONS), *options)
    with tempfile.NamedTemporaryFile(prefix="statusgen-sink-") as counters:
        process, port = _start([str(program("smtp-sink")), *options], counters)
        try:
            yield SmtpSink(port, Path(counters.name))
        finally:
            process.kill()
            process.wait()


def seconds_of_smtp_source(port: int, *, letters: int, sessions: int, length: int) -> float:
    """Send letters of `length` bytes over so many kept connections; return how long that took."""
    numbers = ["-s", str(sessions), "-m", str(letters), "-l", str(length)]
    begun_s = time.perf_counter()
    subprocess.run(
        [str(program("smtp-source")), "-4", "-d", *numbers, f"127.0.0.1:{port}"],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - begun_s


def letters_per_second_of_smtp_source(
    port: int, *, letters: int, sessions: int, length: int
) -> float:
    return letters / seconds_of_smtp_source(port, letters=letters, sessions=sessions, length=length)


def _start(command: list[str], output) -> tuple["subprocess.Popen[bytes]", int]:
    """Another process may take the port between the look and the start: then it is another one."""
    for _ in range(_TRIES):
        port = _free_port()
        process = subprocess.Popen(
            [*command, f"127.0.0.1:{port}", str(_MOST_CONNECTIONS)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        if _is_listening(process, port):
            return process, port
    raise AssertionError(f"smtp-sink did not start: {Path(output.name).read_text()[-500:]}")


def _is_listening(process: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + _TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process.poll() is None
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
