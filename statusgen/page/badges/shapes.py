"""What the page draws for each tone, as data: for scripts that may not take markup."""

from html.parser import HTMLParser
from typing import Any

from statusgen.words.templates import Templates

TEMPLATE = "page/shapes.html"
"""The one place of the drawings; pages and badges hold it as it is."""

Drawing = list[Any]
"""Elements, each as its name, its attributes and the elements in it."""


def drawing(tone: str, templates: Templates) -> Drawing:
    """The elements of the symbol for `tone`; none where the page has no such symbol."""
    reader = _SymbolReader(f"shape-{tone}")
    reader.feed(templates.render(TEMPLATE, {}))
    reader.close()
    return reader.found


class _SymbolReader(HTMLParser):
    """Takes the elements out of one symbol."""

    def __init__(self, symbol_id: str) -> None:
        super().__init__()
        self.found: Drawing = []
        self._symbol_id = symbol_id
        self._open: list[tuple[str, Drawing]] = []
        """The elements that have begun within the symbol, itself first, and what is in them."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = self._add(tag, attrs)
        if inside is not None:
            self._open.append((tag, inside))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Drawing | None:
        """Note the element; where its own ones belong, or None outside of the symbol."""
        told = {name: value or "" for name, value in attrs}
        if self._open:
            inside: Drawing = []
            self._open[-1][1].append([tag, told, inside])
            return inside
        return self.found if tag == "symbol" and told.get("id") == self._symbol_id else None
