"""Markdown bodies to sanitised HTML, and to plain text for mails and feeds that need it.

The result holds only what `nesting` allows, loads nothing, and nests correctly.
"""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from statusgen.content.markdown.plain_text import as_text
from statusgen.content.markdown.simple_html import simple_html

_ALIGNED = re.compile('<(t[hd]) class="(right|center)">')

if TYPE_CHECKING:
    from statusgen.content.markdown.markup import Markup


class BodyRenderer:
    """Renders bodies; reuse one.

    Relative links are resolved against `base_url`. With `keeps_lines` every line of a paragraph
    is one of the result; without, people wrap their lines by hand.
    """

    def __init__(self, base_url: str, *, keeps_lines: bool = True) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._keeps_lines = keeps_lines

    def html(self, body: str) -> str:
        """The body as HTML for pages and mails; safe to place in an element's content."""
        simple = simple_html(body, keeps_lines=self._keeps_lines)
        return self._markup.html(body) if simple is None else simple

    def portable_html(self, body: str) -> str:
        """The body as HTML for programs that have no style of ours: feed readers, API clients."""
        return _ALIGNED.sub(r'<\1 align="\2">', self.html(body))

    def text(self, body: str) -> str:
        """The body as plain text with its paragraphs, lists and full link addresses kept."""
        return as_text(self.html(body))

    @cached_property
    def _markup(self) -> "Markup":
        from statusgen.content.markdown.markup import Markup  # noqa: PLC0415  a third of a start-up

        return Markup(self._base_url, keeps_lines=self._keeps_lines)
