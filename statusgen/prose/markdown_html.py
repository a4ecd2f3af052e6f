"""Markdown bodies to sanitised HTML, and to plain text for mails and feeds that need it.

The result holds only the allow-list below, loads nothing, and nests correctly.
"""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from statusgen.model.notation import remove_control_characters

BODY_HEADING = "h4"
"""What every heading in a body becomes: bodies stand below a page's own h1 to h3."""

_INLINE = {"a", "abbr", "br", "code", "del", "em", "kbd", "mark", "s", "strong", "sub", "sup"}
_BLOCKS = {"blockquote", "hr", "li", "ol", "p", "pre", "ul", BODY_HEADING}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
_TAGS = _INLINE | _BLOCKS | _TABLE
_ALIASES = {"b": "strong", "i": "em", "strike": "s"} | {f"h{n}": BODY_HEADING for n in range(1, 7)}
_SCHEMES = {"http", "https", "mailto"}
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
_PHRASING_ONLY = _INLINE | {"p", "pre", BODY_HEADING}

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
        self._markdown = markdown.Markdown(
            extensions=["tables", "fenced_code", "sane_lists", _Headings()], output_format="html"
        )
        self._cleaner = nh3.Cleaner(
            tags=_TAGS | set(_ALIASES) | {"img"},
            clean_content_tags={"script", "style"},
            attributes={"a": {"href"}, "img": {"src", "alt"}, "abbr": {"title"}},
            url_schemes=_SCHEMES,
            link_rel=None,
        )

    def html(self, body: str) -> str:
        """The body as HTML for pages, feeds and mails; safe to place in an element's content."""
        plain = _as_plain_paragraphs(body)
        if plain is not None:
            return plain
        cleaned = self._cleaner.clean(self._markdown.reset().convert(body))
        rendered = remove_control_characters(cleaned)  # a body may spell them as &#1;
        if "<" not in body and "<a" not in rendered and "<img" not in rendered:
            return rendered.strip()  # Markdown's own elements are all in their places
        weaver = _Weaver(self._base_url)
        weaver.feed(rendered)
        weaver.close()
        return weaver.result()

    def text(self, body: str) -> str:
        """The body as plain text with its paragraphs, lists and full link addresses kept."""
        reader = _TextReader()
        reader.feed(self.html(body))
        reader.close()
        return reader.result()


def _as_plain_paragraphs(body: str) -> str | None:
    """The HTML of a body without any markup, which most updates are; None for all others.

    What the full way would make of it, at a hundredth of the time.
    """
    if not _PLAIN_BODY.fullmatch(body):
        return None
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in _BLANK_LINES.split(body))


class _Headings(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  Markdown's name
        md.treeprocessors.register(_HeadingLevel(md), "statusgen-headings", 5)


class _HeadingLevel(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if re.fullmatch("h[1-6]", str(element.tag)):
                element.tag = BODY_HEADING


class _Weaver(HTMLParser):
    """Writes sanitised markup again so that every element stands where HTML allows it.

    An element in a wrong place loses its tags and keeps its text; an image becomes a link.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base_url = base_url
        self._out: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def result(self) -> str:
        while self._open:
            self._close_last()
        return "".join(self._out).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _ALIASES.get(tag, tag)
        attributes = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._image(attributes)
            return
        if tag in _BLOCKS | _TABLE:
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
        self._open.append((tag, allowed))

    def handle_endtag(self, tag: str) -> None:
        tag = _ALIASES.get(tag, tag)
        if tag in _VOID or tag not in (name for name, _ in self._open):
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
            self._out.append("<p>")
            self._open.append(("p", True))
        self._out.append(escape(data, quote=False))

    def _image(self, attributes: dict[str, str]) -> None:
        href, words = self._link(attributes.get("src")), attributes.get("alt", "").strip()
        inside_link = any(name == "a" and shown for name, shown in self._open)
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
        if parts.scheme not in _SCHEMES or (parts.scheme != "mailto" and not parts.hostname):
            return None
        return re.sub(r"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]", _quoted, url)

    def _allows(self, tag: str) -> bool:
        parent = self._parent()
        if tag in _PARENTS:
            return parent in _PARENTS[tag]
        if parent in _ONLY_CHILDREN:
            return False
        shown = [name for name, is_shown in self._open if is_shown]
        if tag == "a" and "a" in shown:
            return False
        if tag in _INLINE:
            if parent is None and tag != "br":
                self._out.append("<p>")
                self._open.append(("p", True))
            return True
        return not any(name in _PHRASING_ONLY for name in shown)

    def _parent(self) -> str | None:
        return next((name for name, shown in reversed(self._open) if shown), None)

    def _end_paragraph(self) -> None:
        if self._open and self._open[-1] == ("p", True):
            self._close_last()

    def _close_last(self) -> None:
        name, shown = self._open.pop()
        if shown:
            self._out.append(f"</{name}>")


def _quoted(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


class _TextReader(HTMLParser):
    """Sanitised markup as plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0

    def result(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", BODY_HEADING, "blockquote", "table", "pre") and not self._in_item():
            self._break(2)
        elif tag in ("br", "tr"):
            self._break(1)
        elif tag in ("ul", "ol"):
            self._break(1 if self._lists else 2)
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "hr":
            self._break(2)
            self._lines[-1] += "---"
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._lines[-1])))
        self._verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            href, start = self._links.pop()
            words = self._lines[-1][start:]
            if href.removeprefix("mailto:") != words:
                self._lines[-1] += f" ({href.removeprefix('mailto:')})"
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._break(1 if self._lists else 2)
        elif tag in ("p", BODY_HEADING, "blockquote", "table", "pre"):
            self._break(1 if self._in_item() else 2)
        elif tag in ("td", "th"):
            self._lines[-1] += "  "
        self._verbatim -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            first, *rest = data.split("\n")
            self._lines[-1] += first
            self._lines += rest
            return
        words = re.sub(r"\s+", " ", data)
        if self._lines[-1] == "" or self._lines[-1].endswith((" ", "- ")):
            words = words.lstrip()
        self._lines[-1] += words

    def _in_item(self) -> bool:
        return bool(self._lists)

    def _item(self) -> None:
        self._break(1)
        indent = "  " * (len(self._lists) - 1)
        count = self._lists[-1] if self._lists else None
        if count is None:
            self._lines[-1] += f"{indent}- "
            return
        self._lists[-1] = count + 1
        self._lines[-1] += f"{indent}{count + 1}. "

    def _break(self, count: int) -> None:
        if self._lines[-1].strip():
            self._lines += [""] * count
        elif count > 1 and len(self._lines) > 1 and self._lines[-2].strip():
            self._lines.append("")
