"""What readers can see of an incident, in one line: its updates, each by name, instant and text.

A target's manifest keeps such a line for each incident. Two lines are compared as they are;
only where they differ is anything taken apart.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from statusgen.values.value import Value

REVIEW = "postmortem"
"""The name of an incident's review, which no update can have."""

_ENTRY = re.compile(r"([A-Za-z0-9._-]{1,80}),(\d{0,11}),([0-9a-f]{0,16})")


class Shown(Value, frozen=True):
    """One update, or the review, as a target shows it."""

    stem: str
    at: datetime | None
    """In whole seconds; None where it has no instant of its own."""
    wording: str
    """See `Update.wording`; empty of a review."""


def format_shown(entries: Iterable[Shown]) -> str:
    """Return the line."""
    return " ".join(
        [f"{one.stem},{int(one.at.timestamp()) if one.at else ''},{one.wording}" for one in entries]
    )


def parse_shown(line: str) -> tuple[Shown, ...]:
    """Return the entries of a line; what no statusgen would have written is passed over."""
    return tuple(_entries(line))


def with_shown(line: str, more: str) -> str:
    """Return a line of all that either shows; what both name is as in `more`."""
    entries = {one.stem: one for one in [*_entries(line), *_entries(more)]}
    return format_shown(entries.values())


def _entries(line: str) -> Iterator[Shown]:
    for word in line.split():
        if found := _ENTRY.fullmatch(word):
            stem, seconds, wording = found.groups()
            at = datetime.fromtimestamp(int(seconds), UTC) if seconds else None
            yield Shown(stem, at, wording)
