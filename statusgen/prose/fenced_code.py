"""Fenced code in a body's text, where Python-Markdown sees it."""

import re
from collections.abc import Iterator, Sequence

_FENCE = re.compile(r"(~{3,}|`{3,})[ \t]*(?:\{.*\}|\.?[\w#.+-]*)[ \t]*")


def without_fenced_code(lines: Sequence[str], stand_in: str = "") -> list[str]:
    """`lines` with `stand_in` for every one that belongs to a closed fence."""
    inside = {number for block in _blocks(lines) for number in block}
    return [stand_in if number in inside else line for number, line in enumerate(lines)]


def _blocks(lines: Sequence[str]) -> Iterator[range]:
    end = 0
    for number, closing in enumerate(_closing_lines(lines)):
        if number >= end and closing:
            end = closing + 1
            yield range(number, end)


def _closing_lines(lines: Sequence[str]) -> list[int]:
    """For each line that opens a fence, the next that closes it; 0 for all others."""
    nearest: dict[str, int] = {}
    closing = [0] * len(lines)
    for number in range(len(lines) - 1, -1, -1):
        if opening := _FENCE.fullmatch(lines[number]):
            closing[number] = nearest.get(opening[1], 0)
        nearest[lines[number].rstrip(" \t")] = number
    return closing
