"""The rows of a CSV file, one by one; one that can't be read is a row too, and says why."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from statusgen.values.value import Value

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of bytes that aren't UTF-8."""


_DIVIDERS = ",;\t"


class Row(Value, frozen=True):
    """One row that isn't blank."""

    line: int
    """Where it begins, 1-based."""
    fields: tuple[str, ...]
    """One field with the whole text where it isn't CSV."""
    fault: str = ""
    """Why it can't be read; empty when it can."""
    remedy: str = ""


def read_rows(file: BinaryIO) -> Iterator[Row]:
    """Yield the rows; a byte order mark and every kind of line end are fine.

    What divides their fields is the first of comma, semicolon and tab in the first row: where
    the comma is in numbers, spreadsheets write semicolons.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    beginning = _beginning(text)
    header = beginning[-1] if beginning else ""
    divider = next((one for one in header if one in _DIVIDERS), ",")
    tape = _Tape(chain(beginning, text))
    reader = csv.reader(tape, delimiter=divider, strict=True)
    while True:
        line = tape.begin()
        try:
            fields = next(reader)
        except StopIteration:
            text.detach()
            return
        except csv.Error as error:
            whole = tape.text.rstrip("\r\n")
            yield Row(line, (whole,), f"not CSV: {error}", "check the quotes")
            continue
        if not any(field.strip() for field in fields):
            continue
        if not tape.text.isascii() and _NOT_UTF8.search(tape.text):
            yield Row(line, tuple(fields), "the bytes aren't UTF-8", "save the file as UTF-8")
        else:
            yield Row(line, tuple(fields))


def _beginning(text: io.TextIOWrapper) -> list[str]:
    """Return the lines up to the first that isn't blank."""
    lines: list[str] = []
    for line in text:
        lines.append(line)
        if line.strip():
            break
    return lines


class _Tape:
    """The lines of a file, with those of the present row kept."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._number = 0
        self._row: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._row)

    def begin(self) -> int:
        """Begin a new row; return the number of its first line."""
        self._row.clear()
        return self._number + 1

    def __iter__(self) -> "_Tape":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        self._row.append(line)
        return line
