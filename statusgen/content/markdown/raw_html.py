"""HTML as Python-Markdown leaves it, with what authors wrote in it, reduced to a body's markup."""

import re
from html import escape, unescape

from statusgen.content.markdown.html_tokens import Token, attributes_of, read_tokens
from statusgen.content.markdown.links import absolute_link, is_told_by

ALIGNMENTS = {"center", "right"}
"""Of a table's columns; elsewhere text begins where its line does."""
_START = re.compile("0*([0-9]{1,9})")
_FILE = re.compile(r"\s*data:", re.IGNORECASE)
"""What begins an address that is a whole file, which nobody can read."""


def reduced(html: str, base_url: str) -> str:
    """`html` with the tags that a body may hold, each with the attributes that it may have.

    What only looks like a tag is text. Links are absolute; what can't be a link has its address in
    brackets behind its words. An image is a link with its alternative text.
    """
    writer = _HtmlWriter(base_url)
    for token in read_tokens(html):
        writer.write(token)
    return writer.result()


class _HtmlWriter:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._out: list[str] = []
        self._links: list[tuple[bool, int, str]] = []
        """Of those that are open: whether they are links, where their words begin, and what
        stands behind these."""

    def write(self, token: Token) -> None:
        """Write a token, or what stands in its place."""
        if not token.name:
            self._out.append(escape(unescape(token.text), quote=False))
        elif token.name == "a":
            self._link(token)
        elif token.name == "img":
            self._image(attributes_of(token))
        elif token.is_end:
            self._out.append(f"</{token.name}>")
        else:
            self._out.append(f"<{token.name}{_attributes(token)}>")

    def result(self) -> str:
        """All that was written."""
        while self._links:
            self._end_link()
        return "".join(self._out)

    def _link(self, token: Token) -> None:
        if not token.is_end:
            self._begin_link(attributes_of(token).get("href", ""))
        elif self._links:
            self._end_link()

    def _begin_link(self, address: str) -> None:
        href = absolute_link(address, self._base_url)
        if href is not None:
            self._out.append(f'<a href="{escape(href)}">')
        is_readable = href is None and not _FILE.match(address)
        self._links.append((href is not None, len(self._out), address if is_readable else ""))

    def _end_link(self) -> None:
        is_link, start, address = self._links.pop()
        if is_link:
            self._out.append("</a>")
        elif address.strip() and not is_told_by(address, unescape("".join(self._out[start:]))):
            self._out.append(f" ({escape(address.strip(), quote=False)})")

    def _image(self, attributes: dict[str, str]) -> None:
        address, words = attributes.get("src", ""), attributes.get("alt", "").strip()
        href = absolute_link(address, self._base_url)
        words = words or (href or "").rsplit("/", 1)[-1] or "image"
        if any(is_link for is_link, *_ in self._links):
            self._out.append(escape(words, quote=False))
            return
        self._begin_link(address)
        self._out.append(escape(words, quote=False))
        self._end_link()


def _attributes(token: Token) -> str:
    if token.name == "ol" and (number := _START.fullmatch(attributes_of(token).get("start", ""))):
        return f' start="{int(number[1])}"' if int(number[1]) != 1 else ""
    if token.name == "abbr" and (title := attributes_of(token).get("title")):
        return f' title="{escape(title)}"'
    if token.name in {"th", "td"}:
        alignment = attributes_of(token).get("align", "").lower()
        return f' class="{alignment}"' if alignment in ALIGNMENTS else ""
    return ""
