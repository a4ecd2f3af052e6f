"""Instants that a target tells us of; what lies there may have been written by anybody."""

from datetime import datetime

_FIRST, _LAST = 1, 9999
"""The years of Python's calendar: in some zone their ends have no date."""


def is_stamp(at: datetime) -> bool:
    """Whether it is an instant that can be told in any zone."""
    return at.tzinfo is not None and _FIRST < at.year < _LAST
