"""Tests on another day: `make test CLOCK=+40d` moves the clock of everything that it starts.

libfaketime moves it, a library that is loaded before all others. What can't have that runs in an
environment without it, and says so where it is started. What waits goes by the machine's clock.

    python -m tests.components.clock +40d
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

AHEAD = timedelta(days=float(os.environ.get("FAKETIME", "0d").removesuffix("d")))
"""How far the clock of the tests is ahead of the machine's."""
LIBRARY = Path(__file__).parents[2] / ".components" / "libfaketime" / "libfaketime.so.1"
_MOVING = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC")


def not_moved() -> dict[str, str]:
    """Return the environment of a process that keeps the machine's time."""
    return {name: value for name, value in os.environ.items() if name not in _MOVING}


def moved(offset: str) -> dict[str, str]:
    """Return what the environment says of a clock that is so many days ahead, as in `+40d`."""
    return dict(zip(_MOVING, (str(LIBRARY), offset, "1"), strict=True))


if __name__ == "__main__":
    sys.stdout.write(" ".join(f"{name}={value}" for name, value in moved(sys.argv[1]).items()))
