"""How large and how tangled a body may be, so that every body renders in a moment.

Python-Markdown reads the rest of a text again for each of a few marks. Bodies for people hold a
handful of them where these limits allow hundreds; what is fenced as code is not counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from statusgen.content.markdown.elements import ELEMENTS, VOID
from statusgen.content.markdown.fenced_code import without_fenced_code
from statusgen.values.notation import BadValue

BODY_LIMIT = 256 * 1024
"""Bytes."""
MOST_MARKS = 200
MOST_INLINE_MARKS = 20_000
MOST_ADDRESSES = 16 * 1024 * 1024
"""Characters that all uses of link definitions may come to."""

MOST_CELLS = 50_000
"""Of one table; the library fills short rows up."""

_MARKS = "`~<[&\\#=*_-|"
"""What is counted below; a body with few of them all is within every limit."""

_DEEP_LIST = re.compile(
    r"^(?=.*[^\s>*+-])(?:[ \t>]|[*+-](?=[ \t])|[0-9]+\.(?=[ \t])){200}"
    r"|(?:(?:[*+-]|[0-9]{1,9}\.|>)[ \t]+){100}(?=\S)",  # behind a tag that ends a paragraph
    re.MULTILINE,
)
"""Text behind so many list markers and so much indentation: no Markdown library survives it."""
_DEEP = 200
"""Characters; what is nested so deeply has more."""
_FENCE_MARK = re.compile(r"^(?:~~~|```)", re.MULTILINE)
_TABLE_RULE = re.compile(r"[ \t>]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t:-]*")
"""Below the head of a table."""
_OPEN_TAG = re.compile(r"<(?=[A-Za-z/!?])[^<>]*(?=<|\Z)")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_ENCLOSING = ELEMENTS - VOID - {"br", "hr", "img", "li", "p", "td", "th", "tr"}
"""Elements that hold all that follows until they end."""
_BLOCK_LINE = re.compile(
    r"[ \t>]*(?:(?:[*+-]|[0-9]+\.)[ \t]+)*(?:#|=+[ \t]*$|[*_-][*_ \t-]*$|\[[^\[\]]*\]:)"
)
"""A heading, its underline, a rule, or where a link definition begins."""


class BodyTooTangled(BadValue):
    """More of something than a body may hold; `line` counts from 0 in the body."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.line = line


def check_limits(body: str) -> None:
    """Raises `BodyTooTangled` for a body that would take long to render, or can't be."""
    if len(body.encode()) > BODY_LIMIT:
        raise BodyTooTangled(0, "the body is over 256 KB", "shorten it, or link to the details")
    if len(body) > _DEEP and (deep := _DEEP_LIST.search(body)):
        line = body.count("\n", 0, deep.start())
        raise BodyTooTangled(line, "lists are nested too deeply", "nest them a few levels only")
    if marks(body) <= MOST_MARKS:
        return
    lines = without_fenced_code(body.split("\n"))
    _refuse_what_stays_open("\n".join(lines))
    _refuse_long_definitions(lines)
    for block in _blocks(lines):
        _refuse_crowded_block(block, lines)
    for number, row in enumerate(lines):
        if "|" in row and row.count("`") > MOST_MARKS:
            raise BodyTooTangled(
                number,
                f"more than {MOST_MARKS} backticks in one row of a table",
                "make several rows of it, or put it into a fenced code block",
            )


@lru_cache(maxsize=16)  # asked of a body when it is read, when its words are, and when it is shown
def marks(body: str) -> int:
    """How much in a body may be markup."""
    return sum(map(body.count, _MARKS))


def _refuse_what_stays_open(text: str) -> None:
    _refuse_beyond(
        _lines_of(_FENCE_MARK.finditer(text), text),
        f"more than {MOST_MARKS} code fences are not closed",
        "close each with a line of its own",
    )
    _refuse_beyond(
        _lines_of(_OPEN_TAG.finditer(text), text),
        f"more than {MOST_MARKS} '<' begin a tag that does not end",
        "write &lt; for each, or put the text into a fenced code block",
    )
    _refuse_beyond(
        _lines_of(_open_tags(text), text),
        f"more than {MOST_MARKS} HTML tags are not closed",
        "close them, or put the text into a fenced code block",
    )


def _refuse_long_definitions(lines: list[str]) -> None:
    length, number = max(_definitions(lines), default=(0, 0))
    if length * sum(line.count("[") for line in lines) > MOST_ADDRESSES:
        raise BodyTooTangled(
            number, "a link definition is too long to be used so often", "shorten its address"
        )


def _refuse_crowded_block(block: range, lines: list[str]) -> None:
    _refuse_beyond(
        (number for number in block if _BLOCK_LINE.match(lines[number])),
        f"more than {MOST_MARKS} headings, rules or link definitions in one paragraph",
        "put blank lines between them, or the text into a fenced code block",
    )
    if sum(_inline_marks(lines[number]) for number in block) > MOST_INLINE_MARKS:
        raise BodyTooTangled(
            block.start,
            f"more than {MOST_INLINE_MARKS} of ` [ & and \\ in one paragraph",
            "put blank lines into it, or the text into a fenced code block",
        )
    for number in block:
        columns = lines[number].strip(" \t>|").count("|") + 1
        if columns * (block.stop - number) > MOST_CELLS and _TABLE_RULE.fullmatch(lines[number]):
            raise BodyTooTangled(
                number,
                f"more than {MOST_CELLS} cells in one table",
                "make several tables of it, or put it into a fenced code block",
            )


def _refuse_beyond(lines: Iterable[int], what: str, remedy: str) -> None:
    for line in islice(lines, MOST_MARKS, None):
        raise BodyTooTangled(line, what, remedy)


def _open_tags(text: str) -> Iterator[re.Match[str]]:
    """Tags as long as more are open than at any place before."""
    still_open: Counter[str] = Counter()
    depth = most = 0
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if name not in _ENCLOSING:
            continue
        if not found[1]:
            still_open[name] += 1
            depth += 1
        elif still_open[name]:
            still_open[name] -= 1
            depth -= 1
        if depth > most:
            most = depth
            yield found


def _lines_of(marks: Iterable[re.Match[str]], text: str) -> Iterator[int]:
    line = place = 0
    for found in marks:
        line += text.count("\n", place, found.start())
        place = found.start()
        yield line


def _definitions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """How long each may be (it may take three lines), and its line."""
    for number, line in enumerate(lines):
        if "]:" in line:
            yield sum(map(len, lines[number : number + 3])), number


def _blocks(lines: list[str]) -> Iterator[range]:
    start = 0
    for number, line in enumerate([*lines, ""]):
        if not line.strip():
            yield range(start, number)
            start = number + 1


def _inline_marks(line: str) -> int:
    """How many; none in the row of a table, whose cells are read one by one."""
    return 0 if "|" in line else sum(map(line.count, "`[&\\"))
