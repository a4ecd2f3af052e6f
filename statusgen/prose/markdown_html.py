"""Markdown bodies to sanitised HTML, and to plain text for mails and feeds that need it.

The result holds only what `nesting` allows, loads nothing, and nests correctly.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from statusgen.prose.plain_text import as_text
from statusgen.prose.simple_html import simple_html

if TYPE_CHECKING:
    from statusgen.prose.markup import Markup


class BodyRenderer:
    """Renders bodies; `base_url` is what relative links are resolved against. Reuse one."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/") + "/"

    def html(self, body: str) -> str:
        """The body as HTML for pages, feeds and mails; safe to place in an element's content."""
        simple = simple_html(body)
        return self._markup.html(body) if simple is None else simple

    def text(self, body: str) -> str:
        """The body as plain text with its paragraphs, lists and full link addresses kept."""
        return as_text(self.html(body))

    @cached_property
    def _markup(self) -> "Markup":
        from statusgen.prose.markup import Markup  # noqa: PLC0415  a third of a start-up

        return Markup(self._base_url)
