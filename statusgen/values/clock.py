"""The present instant: that of the command, and what has passed since.

Whatever measures the life of news must go on while a machine sleeps: a laptop's lid may be closed
in the middle of a run.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
"""Tells the present instant."""


def clock_from(now: datetime) -> Clock:
    """Return a clock that shows `now` at this moment, and counts the time that a machine sleeps."""
    began_s = _passing_s()
    return lambda: now + timedelta(seconds=_passing_s() - began_s)


def _passing_s() -> float:
    """Return seconds since whenever; the wall's where none are counted that nobody sets."""
    sleepless = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if sleepless is None else time.clock_gettime(sleepless)
