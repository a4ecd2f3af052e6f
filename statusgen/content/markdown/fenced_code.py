"""Fenced code in a body's text: CommonMark's, section 4.5, where a fence is closed.

Fences that stand a few columns in, below a list or in a quotation are read by `list_layout`.
"""

import re
from collections.abc import Iterator, Sequence

_OPENING = re.compile(r"(~{3,}).*|(`{3,})[^`]*")
_CLOSING = re.compile(r" {0,3}(~{3,}|`{3,})[ \t]*")


def opening_mark(line: str) -> str:
    """The mark with which a line from its first column on opens a fence; empty: it opens none."""
    opening = _OPENING.fullmatch(line) if line[:1] in "~`" else None
    return (opening[1] or opening[2]) if opening else ""


def with_plain_fences(lines: Sequence[str]) -> list[str]:
    """`lines` with each block between two equal fences, as Python-Markdown expects it.

    What stands behind the first fence is for editors.
    """
    plain = list(lines)
    for block, mark in _blocks(lines):
        plain[block.start] = plain[block.stop - 1] = mark
    return plain


def without_fenced_code(lines: Sequence[str], stand_in: str = "") -> list[str]:
    """`lines` with `stand_in` for every one that belongs to a closed fence."""
    inside = {number for block, _ in _blocks(lines) for number in block}
    return [stand_in if number in inside else line for number, line in enumerate(lines)]


def _blocks(lines: Sequence[str]) -> Iterator[tuple[range, str]]:
    """The lines of each block with its fences, and the mark that opens it."""
    closing = [found[1] if (found := _CLOSING.fullmatch(line)) else "" for line in lines]
    closes = _longest_from(closing)
    end = 0
    for number, line in enumerate(lines):
        mark = opening_mark(line) if number >= end else ""
        if mark and len(mark) <= closes[number + 1].get(mark[0], 0):
            end = next(n for n in range(number + 1, len(lines)) if closing[n].startswith(mark)) + 1
            yield range(number, end), mark


def _longest_from(marks: Sequence[str]) -> list[dict[str, int]]:
    """For each line and the end, how long the longest of the `marks` from there on are."""
    longest: list[dict[str, int]] = [{}]
    for mark in reversed(marks):
        known = longest[-1]
        is_longer = len(mark) > known.get(mark[:1], 0)
        longest.append({**known, mark[0]: len(mark)} if is_longer else known)
    return longest[::-1]
