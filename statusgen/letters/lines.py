"""Text made harmless before it meets a header or a line of a letter."""

import re
import textwrap

from statusgen.model.notation import remove_control_characters

COLUMNS = 72

_SPACES = re.compile("[ \t\n\r\x0b\x0c\x85\u2028\u2029]+")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INDENT = re.compile(r" *(?:(?:-|[0-9]{1,3}\.) |[^:]{1,30}: {2,})?")
"""Of an item of a list, and of a labelled value in a column."""


def one_line(text: str) -> str:
    """`text` without control characters; every run of spaces and line breaks is one space."""
    spaced = remove_control_characters(_SPACES.sub(" ", text))
    return re.sub(" +", " ", spaced).strip()


def paragraphs(text: str) -> str:
    """`text` without control characters; its line breaks are line feeds."""
    return remove_control_characters(_BREAKS.sub("\n", text))


def wrapped(text: str) -> str:
    """`text` with lines of at most 72 characters, list items hanging; links are never broken."""
    lines = (_wrapped_line(line) for line in paragraphs(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _wrapped_line(line: str) -> str:
    if len(line) <= COLUMNS:
        return line.rstrip()
    found = _INDENT.match(line)
    hanging = " " * (found.end() if found else 0)
    return textwrap.fill(
        line,
        COLUMNS,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
