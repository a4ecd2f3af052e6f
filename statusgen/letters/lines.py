"""Text made harmless before it meets a header or a line of a letter."""

import re
import unicodedata

from statusgen.model.notation import remove_control_characters

COLUMNS = 72

_SPACES = re.compile("[ \t\n\r\x0b\x0c\x85\u2028\u2029]+")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INDENT = re.compile(r" *(?:(?:-|[0-9]{1,3}\.) |[^:]{1,30}: {2,})?")
"""Of an item of a list, and of a labelled value in a column."""
_EAST = (
    "\u2e80-\u303f\u3041-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60"
    "\U00020000-\U0003ffff"
)
_ENDS = "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u30fc\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
_WORDS = re.compile(f" +|[{_EAST}][{_ENDS}]*|[^ {_EAST}]+")
"""What a line is made of: spaces, East Asian letters with the marks that end them, and words."""


def one_line(text: str) -> str:
    """`text` without control characters; every run of spaces and line breaks is one space."""
    spaced = remove_control_characters(_SPACES.sub(" ", text))
    return re.sub(" +", " ", spaced).strip()


def paragraphs(text: str) -> str:
    """`text` without control characters; its line breaks are line feeds."""
    return remove_control_characters(_BREAKS.sub("\n", text))


def columns(text: str) -> int:
    """How many columns `text` takes where every letter is as wide: East Asian ones take two."""
    return len(text) if text.isascii() else sum(map(_width, text))


def wrapped(text: str) -> str:
    """`text` with lines of at most 72 columns, list items hanging.

    A longer link or word stands whole on a line of its own; East Asian text, which has no spaces,
    may end its line after any letter.
    """
    lines = (_wrapped_line(line.rstrip()) for line in paragraphs(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _wrapped_line(line: str) -> str:
    if columns(line) <= COLUMNS:
        return line
    found = _INDENT.match(line)
    start = found[0] if found else ""
    lines, now, used = [], start, columns(start)
    hanging = " " * used
    for word in _WORDS.findall(line, len(start)):
        width = columns(word)
        if used + width > COLUMNS and now.strip() and not (word.isspace() or now == start):
            lines.append(now.rstrip(" "))
            now, used = hanging, len(hanging)
        if now != hanging or not lines or not word.isspace():
            now, used = now + word, used + width
    return "\n".join([*lines, now.rstrip(" ")])


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
