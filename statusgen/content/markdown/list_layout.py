"""Lists laid out as Python-Markdown reads them, wherever GitHub's comments have them.

A list may follow a sentence without a blank line, lists are nested by two spaces or more, and a
fenced block may stand in an item. The rules are CommonMark's, sections 5.2 and 5.3, but that a
marker two columns to the right of another is always below it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from statusgen.content.markdown.fenced_code import opening_mark

NESTED_BY = 2
"""Columns that a marker stands to the right of the one above it."""
_TAB = 4
"""Columns by which Python-Markdown wants an item's lines indented."""

_MOST_QUOTES = 20
"""Within each other; deeper ones are left as they are."""

_LONG_NUMBER = re.compile(r"([0-9]{10,})\.(?= )")
"""A number that CommonMark takes for none of a list, but the library does."""
_MARKER = re.compile(r"(?:[*+-]|([0-9]{1,9})\.)( +)(?=\S)")
_RULE = re.compile(r"(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,}")
_UNDERLINE = re.compile(r"(?:=+|-+) *")
"""What makes a heading of a line of text, and in the library of an item and of a quotation too."""
_TABLE_RULE = re.compile(r" {0,3}\|?(?: *:?-+:? *\|)+(?: *:?-+:?)? *")
_QUOTE = re.compile(r" {0,3}> ?")


class GitHubLists(Extension):
    """Lists, and the tables after a sentence, as people know them from GitHub's comments.

    Where each line keeps its end, spaces in front of that say nothing.
    """

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__()
        self._keeps_lines = keeps_lines

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  Markdown's name
        """Lay lines out when fenced code has been put aside, and before HTML is."""
        md.preprocessors.register(_Layout(md, keeps_lines=self._keeps_lines), "statusgen-lists", 22)


class _Layout(Preprocessor):
    def __init__(self, md: Markdown, *, keeps_lines: bool) -> None:
        super().__init__(md)
        self._keeps_lines = keeps_lines

    def run(self, lines: list[str]) -> list[str]:
        return laid_out([line.rstrip(" ") for line in lines] if self._keeps_lines else lines)


def laid_out(lines: Sequence[str]) -> list[str]:
    """`lines`, without tabs, with lists indented by four columns a level."""
    return _ListWriter(lines).written()


def miscounted(lines: Sequence[str]) -> list["WrongNumber"]:
    """The items whose number is not shown as written, or does not follow the one before."""
    writer = _ListWriter(lines)
    writer.written()
    return writer.miscounted


class WrongNumber(NamedTuple):
    """An item that readers see with another number than it was written with."""

    line: int
    """Its index."""
    written: str
    shown: int


@dataclass(slots=True)
class _Item:
    indent: int
    """The column of its marker."""
    content: int
    """The column of its text."""
    number: int | None
    """Its place in an ordered list."""


@dataclass(slots=True)
class _ListWriter:
    """Reads lines one by one and writes each where Python-Markdown expects it."""

    lines: Sequence[str]
    quotes: int = 0
    """How many quotations they are in."""
    miscounted: list[WrongNumber] = field(default_factory=list)
    _out: list[str] = field(default_factory=list)
    _open: list[_Item] = field(default_factory=list)
    """The items that the next line may belong to, outermost first."""
    _paragraph: int | None = None
    """In how many items the paragraph lies that the next line may go on; None without one."""
    _starts_item: bool = False
    """Whether that paragraph is the first of its item."""
    _block: int | None = None
    """In how many items the first line since the last blank one lies."""
    _unclosed: dict[str, int] = field(default_factory=dict)
    """The marks of fences that nothing closes from here on: from which length on."""

    def written(self) -> list[str]:
        at = 0
        while at < len(self.lines):
            at = self._read(at)
        return self._out

    def _read(self, at: int) -> int:
        """Write the line `at`, or more; return the index of the next one."""
        line = self.lines[at]
        text = line.lstrip(" ")
        if not text:
            self._leave_blank()
            self._paragraph = None
            return at + 1
        indent = len(line) - len(text)
        if (end := self._end_of_fence(at, indent, text)) is not None:
            self._write_code(at, end, indent)
            return end + 1
        is_quote = self.quotes < _MOST_QUOTES and _QUOTE.match(line)
        if is_quote and not self._depth(indent, NESTED_BY):
            return self._write_quote(at)
        if self._paragraph and _UNDERLINE.fullmatch(text):
            self._leave_blank()
            self._paragraph = None
        marker = None if _RULE.fullmatch(text) else _MARKER.match(text)
        if marker is None or not self._write_item(at, indent, text, marker):
            self._write_text(at, indent, text)
        return at + 1

    def _depth(self, indent: int, least: int) -> int:
        """How many of the open items a line belongs to that is indented so far."""
        depth = 0
        for item in self._open:
            if indent < min(item.content, item.indent + least):
                break
            depth += 1
        return depth

    def _write_item(self, at: int, indent: int, text: str, marker: re.Match[str]) -> bool:
        """Whether `text` begins an item, and not code or a line of a paragraph."""
        depth = self._depth(indent, NESTED_BY)
        before = self._open[depth] if depth < len(self._open) else None
        number = int(marker[1]) if marker[1] else None
        if before is None:
            edge = self._open[-1].content if self._open else 0
            if indent - edge >= _TAB and (self._paragraph is None or not self._open):
                return False
            if self._paragraph == depth and number not in (None, 1):
                return False
            if self._paragraph == depth and not self._starts_item:
                self._leave_blank()
        elif (before.number is None) is not (number is None):
            self._leave_blank()
            before = None
        if self._block is not None and depth < self._block:
            self._leave_blank()  # or the library takes it for an item of the inner list
        place = number
        if before is not None and before.number is not None and number is not None:
            place = before.number + 1
        if place is not None and marker[1] != str(place):
            self.miscounted.append(WrongNumber(at, marker[1], place))
        gap = len(marker[2])
        content = indent + len(marker[0]) - (gap - 1 if gap > _TAB else 0)
        self._open[depth:] = [_Item(indent, content, place)]
        self._write(_TAB * depth, text, depth)
        self._paragraph, self._starts_item = depth + 1, True
        return True

    def _write_text(self, at: int, indent: int, text: str) -> None:
        if self._paragraph is not None:
            if self._begins_table(at):
                self._leave_blank()
            self._write(max(_TAB * (self._paragraph - 1), 0), _told(text), self._paragraph)
            return
        depth = self._depth(indent, _TAB)
        del self._open[depth:]
        beyond = indent - self._open[-1].content if depth else indent
        if beyond >= _TAB:  # code
            self._write(_TAB * depth + beyond, text, depth)
            return
        self._write(_TAB * depth + max(beyond, 0), _told(text), depth)
        self._paragraph, self._starts_item = depth, False

    def _write(self, indent: int, text: str, depth: int) -> None:
        self._out.append(" " * indent + text)
        self._block = depth if self._block is None else self._block

    def _leave_blank(self) -> None:
        self._out.append("")
        self._block = None

    def _begins_table(self, at: int) -> bool:
        after = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        is_head = "|" in self.lines[at] and "|" in after and _TABLE_RULE.fullmatch(after)
        return bool(is_head) and not _TABLE_RULE.fullmatch(self.lines[at])

    def _write_quote(self, at: int) -> int:
        end = at
        while end < len(self.lines) and _QUOTE.match(self.lines[end]):
            end += 1
        self._open.clear()
        inner = _ListWriter(
            [_QUOTE.sub("", line, count=1) for line in self.lines[at:end]], quotes=self.quotes + 1
        )
        self._out += [f"> {line}" if line else ">" for line in inner.written()]
        self.miscounted += [one._replace(line=at + one.line) for one in inner.miscounted]
        self._paragraph, self._starts_item = 0, False
        if end < len(self.lines) and _UNDERLINE.fullmatch(self.lines[end]):
            self._leave_blank()
        return end

    def _end_of_fence(self, at: int, indent: int, text: str) -> int | None:
        """The line that closes the fence which line `at` opens, unless the library has seen it.

        It has seen those at the margin, outside of quotations.
        """
        mark = opening_mark(text)
        is_seen = not indent and not self.quotes
        if not mark or is_seen or (not self._open and indent >= _TAB):
            return None
        if len(mark) >= self._unclosed.get(mark[0], len(mark) + 1):
            return None
        for end in range(at + 1, len(self.lines)):
            closing = self.lines[end].strip(" ")
            if len(closing) >= len(mark) and not closing.strip(mark[0]):
                return end
        self._unclosed[mark[0]] = len(mark)
        return None

    def _write_code(self, at: int, end: int, indent: int) -> None:
        """The lines of a fenced block as an indented one.

        It stands in the innermost open item: less indented, the library takes it for text of that.
        """
        margin = " " * _TAB * (len(self._open) + 1)
        self._leave_blank()
        for line in self.lines[at + 1 : end]:
            code = line[min(indent, len(line) - len(line.lstrip(" "))) :]
            self._out.append(f"{margin}{code}" if code else "")
        self._leave_blank()
        self._paragraph = None


def _told(text: str) -> str:
    """A line of a paragraph, which the library takes for no item."""
    return _LONG_NUMBER.sub(r"\1\\.", text, count=1) if _LONG_NUMBER.match(text) else text
