"""Text made harmless before it meets a header or a line of a letter."""

import re

from statusgen.content.markdown.plain_text import VERBATIM
from statusgen.values.notation import remove_control_characters
from statusgen.words.columns import COLUMNS, columns

_SPACES = re.compile("[ \t\n\r\x0b\x0c\x85\u2028\u2029]+")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INDENT = re.compile(r"((?:> )*) *(?:(?:-|[0-9]{1,9}\.) |[^:]{1,30}: {2,})?")
"""Of a quotation, of an item of a list, and of a labelled value in a column."""
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


def wrapped(text: str) -> str:
    """`text` with lines of at most 72 columns, list items hanging.

    A longer link or word stands whole on a line of its own; East Asian text, which has no spaces,
    may end its line after any letter. A line that begins with `VERBATIM` stays as it is.
    """
    lines = map(_wrapped_line, _BREAKS.sub("\n", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _wrapped_line(line: str) -> str:
    is_verbatim = line.startswith(VERBATIM)
    line = remove_control_characters(line).rstrip()
    if is_verbatim or columns(line) <= COLUMNS:
        return line
    found = _INDENT.match(line)
    start, quoted = (found[0], found[1]) if found else ("", "")
    lines, now, used = [], start, columns(start)
    hanging = quoted + " " * (used - len(quoted))
    for word in _WORDS.findall(line, len(start)):
        width = columns(word)
        if used + width > COLUMNS and now.strip() and not (word.isspace() or now == start):
            lines.append(now.rstrip(" "))
            now, used = hanging, len(hanging)
        if now != hanging or not lines or not word.isspace():
            now, used = now + word, used + width
    return "\n".join([*lines, now.rstrip(" ")])
