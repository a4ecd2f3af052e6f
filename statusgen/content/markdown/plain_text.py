"""Sanitised markup as plain text, for letters and programs that show none."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from statusgen.content.markdown.elements import BODY_HEADING
from statusgen.content.markdown.links import is_told_by, shown_address
from statusgen.content.markdown.text_table import Row, table_lines

VERBATIM = "\x02"
"""No author can write it, so it may mark lines that nobody should wrap."""

QUOTED = "> "
"""What a line of a quotation begins with."""
_STRUCK = "~~"
"""Around what no longer holds."""
_BLOCKS = ("p", BODY_HEADING, "table", "pre", "ul", "ol", "blockquote", "hr")


def as_text(html: str, verbatim: str = "") -> str:
    """The text of `html` with its paragraphs, lists, quotations and full link addresses kept.

    Each line of code begins with `verbatim`.
    """
    reader = _TextReader(verbatim)
    reader.feed(html)
    reader.close()
    return reader.result()


class _Part:
    """The lines of a body, of an item, of a quotation or of a cell."""

    def __init__(self, first: str = "", others: str = "") -> None:
        self.lines = [""]
        self._first, self._others = first, others
        """What the first of its lines, and every other, begins with."""
        self.is_item = bool(first) and not others.strip()

    def begin_block(self) -> None:
        """Leave a blank line before what comes next; none in an item, whose parts stand close."""
        self.end_line(1 if self.is_item else 2)

    def end_line(self, count: int = 1) -> None:
        """Begin a new line, with `count` 2 behind a blank one; where one has begun, none."""
        if self.lines[-1].strip():
            self.lines += [""] * count
        elif count > 1 and len(self.lines) > 1 and self.lines[-2].strip():
            self.lines.append("")

    def add(self, lines: Iterable[str]) -> None:
        """Put whole lines behind those that are there."""
        self.end_line()
        self.lines[-1:] = [*lines, ""]

    def begun_lines(self, verbatim: str) -> list[str]:
        """The lines with what each begins with; the mark of code stays in front."""
        text = "\n".join(line.rstrip() for line in self.lines).strip("\n")
        begun = []
        for place, line in enumerate(re.sub(r"\n{3,}", "\n\n", text).split("\n")):
            mark = verbatim if verbatim and line.startswith(verbatim) else ""
            start = self._others if place else self._first
            begun.append(f"{mark}{start}{line.removeprefix(mark)}".rstrip())
        return begun


class _Table:
    """The rows of a table that is being read."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.alignments: list[str] = []
        self.has_header = False


class _TextReader(HTMLParser):
    """Sanitised markup as plain text."""

    def __init__(self, verbatim: str) -> None:
        super().__init__(convert_charrefs=True)
        self._parts = [_Part()]
        """What is being read, outermost first."""
        self._numbers: list[int | None] = []
        """Of the lists: the number of the next item, None in one without numbers."""
        self._marked: list[tuple[str, int, int]] = []
        """Of links and the like: what they tell, and the line and column where they begin."""
        self._tables: list[_Table] = []
        self._verbatim = verbatim
        self._code = 0

    def result(self) -> str:
        """All of the text."""
        return "\n".join(self._parts[0].begun_lines(self._verbatim)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._part.begin_block()
        match tag:
            case "br":
                self._part.end_line()
            case "ul" | "ol":
                self._numbers.append(int(attributes.get("start", 1)) if tag == "ol" else None)
            case "li":
                self._begin_item()
            case "blockquote":
                self._parts.append(_Part(QUOTED, QUOTED))
            case "hr":
                self._line += "---"
                self._part.begin_block()
            case "pre":
                self._code += 1
            case "del" | "s":
                self._line += _STRUCK
            case "a" | "sup" | "abbr":
                told = attributes.get("href") or attributes.get("title") or ""
                self._marked.append((told, len(self._part.lines) - 1, len(self._line)))
            case _:
                self._begin_of_table(tag, attributes.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "li" | "blockquote":
                lines = self._parts.pop().begun_lines(self._verbatim)
                self._part.add(lines)
            case "ul" | "ol":
                self._numbers.pop()
            case "pre":
                self._code -= 1
            case "th" | "td":
                words = " ".join(self._parts.pop().lines).replace(VERBATIM, "")
                self._tables[-1].rows[-1].append(re.sub(r"[ \n]+", " ", words).strip())
            case "table":
                self._end_table()
            case "del" | "s":
                self._line += _STRUCK
            case "a" | "sup" | "abbr":
                self._end_marked(tag)
        if tag in _BLOCKS:
            self._part.begin_block()

    def handle_data(self, data: str) -> None:
        if self._code:
            self._add_code(data)
            return
        words = re.sub(r"\s+", " ", data)
        if self._line == "" or self._line.endswith(" "):
            words = words.lstrip()
        self._line += words

    @property
    def _part(self) -> _Part:
        return self._parts[-1]

    @property
    def _line(self) -> str:
        return self._part.lines[-1]

    @_line.setter
    def _line(self, text: str) -> None:
        self._part.lines[-1] = text

    def _add_code(self, data: str) -> None:
        first, *rest = data.split("\n")
        begun = self._line
        if first and not begun.startswith(self._verbatim):
            begun = self._verbatim + begun
        self._line = begun + first
        self._part.lines += [f"{self._verbatim}{line}" if line else "" for line in rest]

    def _begin_item(self) -> None:
        number = self._numbers[-1] if self._numbers else None
        if number is not None:
            self._numbers[-1] = number + 1
        marker = "- " if number is None else f"{number}. "
        self._parts.append(_Part(marker, " " * len(marker)))

    def _begin_of_table(self, tag: str, alignment: str) -> None:
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "tr":
            self._tables[-1].rows.append([])
        elif tag in {"th", "td"}:
            table = self._tables[-1]
            table.has_header |= tag == "th"
            if len(table.rows) == 1:
                table.alignments.append(alignment)
            self._parts.append(_Part())

    def _end_table(self) -> None:
        table = self._tables.pop()
        lines = table_lines(table.rows, table.alignments, has_header=table.has_header)
        if lines:
            self._part.add(lines)

    def _end_marked(self, tag: str) -> None:
        told, first, start = self._marked.pop()
        words = " ".join(self._part.lines[first:])[start:]
        if tag == "sup":
            if first < len(self._part.lines) - 1:
                return
            self._line = self._line[:start] + _raised(words, self._line[:start])
        elif tag == "a" and not is_told_by(told, words):
            self._line += f" ({shown_address(told)})"
        elif tag == "abbr" and told and told != words:
            self._line += f" ({told})"


def _raised(words: str, before: str) -> str:
    """A superscript in a line of text: `10^6`, `e^(x+1)`; `1st` stays."""
    if not words.strip() or (before[-1:].isdigit() and words.isalpha()):
        return words
    return f"^{words}" if words.isalnum() else f"^({words})"
