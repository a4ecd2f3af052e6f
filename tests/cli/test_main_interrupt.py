"""Ctrl-C is one line and exit 130, however early it comes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENDS = (130, -signal.SIGINT)
"""A Python that has not begun yet is ended by the signal, which shells show as 130 too."""


@pytest.mark.parametrize("after_ms", [15, 30, 45, 60])
def test_an_early_interrupt_leaves_no_traceback(after_ms):
    process = subprocess.Popen(
        [sys.executable, "-c", LATE_MAIN],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # Python itself is up

    time.sleep(after_ms / 1000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode in ENDS
    assert "Traceback" not in err


LATE_MAIN = """
import sys, time
from statusgen.__main__ import main
class Slow:  # imports take so long that the interrupt meets one
    def find_spec(self, *_):
        time.sleep(0.01)
sys.meta_path.insert(0, Slow())
sys.argv = ["statusgen", "--help"]
try:
    print("up", flush=True)
    main()
except KeyboardInterrupt:
    raise SystemExit("the interrupt came through")
"""
