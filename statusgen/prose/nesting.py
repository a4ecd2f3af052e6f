"""Which elements a body may hold and where, and markup written again so that all of it fits."""

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

BODY_HEADING = "h4"
"""What every heading in a body becomes: bodies stand below a page's own h1 to h3."""

INLINE = {"a", "abbr", "br", "code", "del", "em", "kbd", "mark", "s", "strong", "sub", "sup"}
BLOCKS = {"blockquote", "hr", "li", "ol", "p", "pre", "ul", BODY_HEADING}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = INLINE | BLOCKS | TABLE
"""All that may reach a reader."""
ALIASES = {"b": "strong", "i": "em", "strike": "s"} | {f"h{n}": BODY_HEADING for n in range(1, 7)}
SCHEMES = {"http", "https", "mailto"}
_VOID = {"br", "hr"}
_PARENTS = {
    "li": {"ul", "ol"},
    "thead": {"table"},
    "tbody": {"table"},
    "tr": {"thead", "tbody"},
    "th": {"tr"},
    "td": {"tr"},
}
_ONLY_CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "table": {"thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
}
_PHRASING_ONLY = INLINE | {"p", "pre", BODY_HEADING}

_NO_WORDS = rf"(?:\s|&nbsp;|<(?!/?(?:t|{BODY_HEADING}))[^>]*>)*"
"""Blanks and tags, but no tag of a table or a heading."""
_WORDLESS = re.compile(_NO_WORDS)
_EMPTY_HEADING = re.compile(rf"<{BODY_HEADING}>{_NO_WORDS}</{BODY_HEADING}>\n?")
_EMPTY_HEADER_CELL = re.compile(rf"<th>({_NO_WORDS})</th>")


def nested_rightly(html: str, base_url: str) -> str:
    """Sanitised `html` with every element where HTML allows it, and links made absolute.

    An element in a wrong place loses its tags and keeps its text; an image becomes a link, and a
    link without words shows its address.
    """
    weaver = _Weaver(base_url)
    weaver.feed(html)
    weaver.close()
    return weaver.result()


def without_empty_titles(html: str) -> str:
    """Sanitised `html` where no heading is without words, and no header cell of a table."""
    return _EMPTY_HEADER_CELL.sub(r"<td>\1</td>", _EMPTY_HEADING.sub("", html))


class _Weaver(HTMLParser):
    def __init__(self, base_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base_url = base_url
        self._out: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._link_words = (0, "")
        """Of the last link: where they begin, and what serves where there are none."""
        self._shown: list[str] = []
        self._counts: Counter[tuple[str, bool]] = Counter()

    def result(self) -> str:
        while self._open:
            self._close_last()
        return "".join(self._out).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = ALIASES.get(tag, tag)
        attributes = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._image(attributes)
            return
        if tag in BLOCKS | TABLE:
            self._end_paragraph()
        allowed = self._allows(tag)
        href = self._link(attributes.get("href")) if tag == "a" else None
        if tag == "a" and href is None:
            allowed = False
        if tag in _VOID:
            if allowed:
                self._out.append(f"<{tag}>")
            return
        if allowed:
            extra = f' href="{escape(href)}"' if href else ""
            if tag == "abbr" and attributes.get("title"):
                extra = f' title="{escape(attributes["title"])}"'
            self._out.append(f"<{tag}{extra}>")
            if href:
                self._link_words = len(self._out), href.removeprefix("mailto:") or href
        self._enter(tag, is_shown=allowed)

    def handle_endtag(self, tag: str) -> None:
        tag = ALIASES.get(tag, tag)
        if tag in _VOID or not self._counts[tag, True] + self._counts[tag, False]:
            return
        while self._open:
            name = self._open[-1][0]
            self._close_last()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        parent = self._parent()
        if parent in _ONLY_CHILDREN:
            if not data.strip():
                self._out.append(data)
                return
            self._out.append(f"<li>{escape(data.strip())}</li>" if parent in ("ul", "ol") else "")
            return
        if parent is None and data.strip():
            self._begin_paragraph()
        self._out.append(escape(data, quote=False))

    def _image(self, attributes: dict[str, str]) -> None:
        href, words = self._link(attributes.get("src")), attributes.get("alt", "").strip()
        inside_link = self._counts["a", True] > 0
        words = words or (href or "").rsplit("/", 1)[-1] or "image"
        if href is None or inside_link or not self._allows("a"):
            self.handle_data(words)
            return
        self.handle_starttag("a", [("href", href)])
        self.handle_data(words)
        self.handle_endtag("a")

    def _link(self, href: str | None) -> str | None:
        if not href:
            return None
        try:
            url = urljoin(self._base_url, re.sub(r"[\x00-\x20]", "", href))
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme not in SCHEMES or (parts.scheme != "mailto" and not parts.hostname):
            return None
        return re.sub(r"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]", _quoted, url)

    def _allows(self, tag: str) -> bool:
        parent = self._parent()
        if tag in _PARENTS:
            return parent in _PARENTS[tag]
        if parent in _ONLY_CHILDREN:
            return False
        if tag == "a" and self._counts["a", True]:
            return False
        if tag in INLINE:
            if parent is None and tag != "br":
                self._begin_paragraph()
            return True
        return not any(self._counts[name, True] for name in _PHRASING_ONLY)

    def _parent(self) -> str | None:
        return self._shown[-1] if self._shown else None

    def _begin_paragraph(self) -> None:
        self._out.append("<p>")
        self._enter("p", is_shown=True)

    def _end_paragraph(self) -> None:
        if self._open and self._open[-1] == ("p", True):
            self._close_last()

    def _enter(self, tag: str, *, is_shown: bool) -> None:
        self._open.append((tag, is_shown))
        self._counts[tag, is_shown] += 1
        if is_shown:
            self._shown.append(tag)

    def _close_last(self) -> None:
        name, is_shown = self._open.pop()
        self._counts[name, is_shown] -= 1
        if is_shown:
            self._shown.pop()
            if name == "a":
                self._name_link()
            self._out.append(f"</{name}>")

    def _name_link(self) -> None:
        start, address = self._link_words
        if _WORDLESS.fullmatch("".join(self._out[start:])):
            self._out.append(escape(address, quote=False))


def _quoted(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
