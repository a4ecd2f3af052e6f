"""Every element of a body in a place where HTML allows it."""

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser

from statusgen.content.markdown.elements import ALIASES, BLOCKS, BODY_HEADING, INLINE, TABLE
from statusgen.content.markdown.links import shown_address

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
_EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>\n?")
_BREAK_AT_END = re.compile(r"(?:\s*<br>)+\s*(?=</p>)")
_EMPTY_HEADER_CELL = re.compile(rf"<th(?: class=\"[a-z]+\")?>({_NO_WORDS})</th>")


def nested_rightly(html: str) -> str:
    """Sanitised `html` with every element where HTML allows it.

    An element in a wrong place loses its tags and keeps its text; a link without words shows its
    address.
    """
    weaver = _Weaver()
    weaver.feed(html)
    weaver.close()
    return weaver.result()


def without_empty_elements(html: str) -> str:
    """Sanitised `html` where no heading is without words, no header cell, and no paragraph."""
    html = _EMPTY_HEADER_CELL.sub(r"<td>\1</td>", _EMPTY_HEADING.sub("", html))
    return _EMPTY_PARAGRAPH.sub("", _BREAK_AT_END.sub("", html))


class _Weaver(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
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
        if tag in BLOCKS | TABLE:
            self._end_paragraph()
        is_shown = self._allows(tag)
        if is_shown:
            told = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
            self._out.append(f"<{tag}{told}>")
        if tag in _VOID:
            return
        if is_shown and tag == "a":
            self._link_words = len(self._out), shown_address(dict(attrs).get("href") or "")
        self._enter(tag, is_shown=is_shown)

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
