"""When a letter or a relay is tried again, and when news is too old to be sent."""

from datetime import datetime, timedelta
from typing import Final

_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""Shorter than RFC 5321 section 4.5.4.1 asks of a relay (30 minutes, for 4-5 days).

Greylisting lets a second try through after 1 to 15 minutes, and nobody wants to hear of an
outage half a day late.
"""

_LONGEST_PAUSE_S: Final = 60.0

_SHORT: Final = timedelta(hours=4)
_LONG: Final = timedelta(hours=24)
_SHORT_LIVED: Final = frozenset({"investigating", "update"})
"""What is going on just now. An end and a plan stay true, so they may come a day late."""


def next_try(attempts: int, now: datetime) -> datetime:
    """Return when a letter may be tried again that was deferred `attempts` times, the last now."""
    return now + _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]


def pause_s(tries: int, chance: float) -> float:
    """Return how long to wait for what was out of reach `tries` times before: 1, 2, 4 … 60 s.

    `chance`, from 0 to 1, takes off up to half, so that many who wait don't come back at once.
    """
    return min(2.0 ** min(tries, 10), _LONGEST_PAUSE_S) * (1 - chance / 2)


def lifetime_of(kind: str) -> timedelta:
    """Return how long after it was queued a letter of this kind is still sent.

    The kind is spelled as in `mail.letters.kinds`.
    """
    return _SHORT if kind in _SHORT_LIVED else _LONG
