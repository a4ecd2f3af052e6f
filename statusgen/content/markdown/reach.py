"""Python-Markdown's search for the end of a link or a code span, kept within reach of its start.

The library looks as far as the end of the paragraph, once for every beginning (and kind of
link): a long text with many that have no end would take minutes.
"""

import re
from collections.abc import Callable
from typing import Any

import markdown
from markdown.extensions import Extension

LINK_REACH = 2000
"""Characters, as many as browsers take in an address."""
CODE_REACH = 10_000
"""More, because a fence that is indented below a list item is a code span to the library."""
_LINKS = (
    *("reference", "link", "image_link", "image_reference"),
    *("short_reference", "short_image_ref"),
)
_WORDS = re.compile(r"(?:[^\[]*\[){0,20}[^\[]*")
_ADDRESS = re.compile(r"(?:[^(]*\(){0,20}[^(]*")
"""Brackets within brackets, as many as anybody nests."""


class ShortReach(Extension):
    """Link texts, addresses and code spans as long as people write; what is longer is text."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  Markdown's name
        """Replace the searches in each kind of link and in code spans."""
        for kind in _LINKS:
            link: Any = md.inlinePatterns[kind]
            link.getText = _within(_WORDS, link.getText)
            link.getLink = _within(_ADDRESS, link.getLink)
        code: Any = md.inlinePatterns["backtick"]
        code.find_code_spans = _near(code.find_code_spans)


def _within(reach: re.Pattern[str], search: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(data: str, index: int) -> Any:
        near = reach.match(data, index, index + LINK_REACH)
        *found, end, is_complete = search(near[0] if near else "", 0)
        return (*found, index + end, is_complete)

    return bounded


def _near(search: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(start: int, text: str) -> tuple[int, int | None]:
        begin, end = search(0, text[start : start + CODE_REACH])
        return start + begin, None if end is None else start + end

    return bounded
