"""Sanitised markup as plain text, for letters and programs that show none."""

import re
from html.parser import HTMLParser

from statusgen.prose.nesting import BODY_HEADING
from statusgen.prose.text_table import table_lines

VERBATIM = "\x02"
"""No author can write it, so it may mark lines that nobody should wrap."""

_BLOCKS = ("p", BODY_HEADING, "blockquote", "table", "pre")
_BULLET = re.compile(r" *(?:-|[0-9]+\.) ")


def as_text(html: str, verbatim: str = "") -> str:
    """The text of `html` with its paragraphs, lists and full link addresses kept.

    Each line of code begins with `verbatim`.
    """
    reader = _TextReader(verbatim)
    reader.feed(html)
    reader.close()
    return reader.result()


class _Table:
    """A table that is being read, and the lines before it or around it."""

    def __init__(self, outside: list[str]) -> None:
        self.outside = outside
        self.rows: list[list[str]] = []
        self.has_header = False


class _TextReader(HTMLParser):
    """Sanitised markup as plain text."""

    def __init__(self, verbatim: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._tables: list[_Table] = []
        self._mark = verbatim
        self._verbatim = 0

    def result(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS and not self._in_item():
            self._break(2)
        elif tag == "br" or (tag == "pre" and not _BULLET.fullmatch(self._lines[-1])):
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
        self._begin_of_table(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_of_table(tag)
        if tag == "a" and self._links:
            href, start = self._links.pop()
            words = self._lines[-1][start:]
            if href.removeprefix("mailto:") != words:
                self._lines[-1] += f" ({href.removeprefix('mailto:')})"
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._break(1 if self._lists else 2)
        elif tag in _BLOCKS:
            self._break(1 if self._in_item() else 2)
        self._verbatim -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            self._code(data)
            return
        words = re.sub(r"\s+", " ", data)
        if self._lines[-1] == "" or self._lines[-1].endswith((" ", "- ")):
            words = words.lstrip()
        self._lines[-1] += words

    def _code(self, data: str) -> None:
        first, *rest = data.split("\n")
        begun = self._lines[-1]
        if first and not begun.startswith(self._mark):
            begun = self._mark + begun
        self._lines[-1] = begun + first
        self._lines += [f"{self._mark}{line}" if line else "" for line in rest]

    def _begin_of_table(self, tag: str) -> None:
        if tag == "table":
            self._tables.append(_Table(self._lines))
        if not self._tables:
            return
        table = self._tables[-1]
        if tag == "tr":
            table.rows.append([])
        table.has_header |= tag == "th"
        if tag in ("table", "th", "td"):
            self._lines = [""]

    def _end_of_table(self, tag: str) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        if tag in ("th", "td"):
            words = re.sub(r"[ \n]+", " ", "\n".join(self._lines).replace(VERBATIM, ""))
            table.rows[-1].append(words.strip())
            self._lines = [""]
        elif tag == "table":
            self._lines = self._tables.pop().outside
            self._break(1)
            self._lines[-1:] = [*table_lines(table.rows, has_header=table.has_header), ""]

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
