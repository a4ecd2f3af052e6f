"""A command on a terminal of its own: what it shows can be read, and keys can be pressed."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60
CTRL_C = "\x03"
_START = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # or Ctrl-C would mean nothing
from statusgen.__main__ import main
main()
"""
_STYLES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(slots=True)
class Terminal:
    """A running command and the terminal that it shares with the test."""

    process: "subprocess.Popen[bytes]"
    master: int
    raw: str = ""

    @property
    def shown(self) -> str:
        """Everything shown so far, without colours and with plain line ends."""
        return _STYLES.sub("", self.raw).replace("\r\n", "\n")

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def press_until(self, keys: str, text: str) -> None:
        """Press again each second: Python misses a Ctrl-C just before it reads a line."""
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self.press(keys)
            for _ in range(5):
                if text not in self.shown:
                    self._read()

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if not self._read():
                assert text in self.shown, self.shown

    def wait_for_the_end(self) -> int:
        """Read what is still shown; return the exit code."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read():
            assert time.monotonic() < deadline, self.shown
        return self.process.wait(TIMEOUT_S)

    def _read(self) -> bool:
        """Take in what was shown meanwhile; return whether there may be more."""
        if not select.select([self.master], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.raw += data.decode(errors="replace")
        return bool(data)


@contextmanager
def on_terminal(
    root: Path, *words: object, now: str, columns: int = 80, **environment: str
) -> Iterator[Terminal]:
    """Run `statusgen WORDS` in `root` on a terminal of 80 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _START, "--now", now, *map(str, words)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(master)
