"""How wide text is where every letter is as wide."""

import unicodedata

COLUMNS = 72
"""Of a line of plain text."""


def columns(text: str) -> int:
    """How many columns `text` takes: East Asian letters take two, marks above a letter none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
