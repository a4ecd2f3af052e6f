"""Markdown bodies to sanitised HTML, and to plain text for mails and feeds that need it.

The result holds only what `nesting` allows, loads nothing, and nests correctly.
"""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from statusgen.prose.plain_text import as_text

if TYPE_CHECKING:
    from statusgen.prose.markup import Markup

_BLANK_LINES = re.compile(r"\n{2,}")
_MARKUP = r"*_\[\]<>&`\\#|~=+{}^"
_CONTROL = r"\x00-\x1f\x7f-\xa0\u2028\u2029"
_PLAIN_LINE = rf"[^\W\d_](?:[^{_MARKUP}{_CONTROL}]*[^\s{_MARKUP}{_CONTROL}])?"
_PLAIN_BODY = re.compile(rf"{_PLAIN_LINE}(?:\n+{_PLAIN_LINE})*")
"""Lines that begin with a letter, end without a space, and hold no character of Markdown's."""


class BodyRenderer:
    """Renders bodies; `base_url` is what relative links are resolved against. Reuse one."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/") + "/"

    def html(self, body: str) -> str:
        """The body as HTML for pages, feeds and mails; safe to place in an element's content."""
        plain = _as_plain_paragraphs(body)
        return self._markup.html(body) if plain is None else plain

    def text(self, body: str) -> str:
        """The body as plain text with its paragraphs, lists and full link addresses kept."""
        return as_text(self.html(body))

    @cached_property
    def _markup(self) -> "Markup":
        from statusgen.prose.markup import Markup  # noqa: PLC0415  a third of a start-up

        return Markup(self._base_url)


def _as_plain_paragraphs(body: str) -> str | None:
    """The HTML of a body without any markup, which most updates are; None for all others.

    What the full way would make of it, at a hundredth of the time.
    """
    if not _PLAIN_BODY.fullmatch(body):
        return None
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in _BLANK_LINES.split(body))
