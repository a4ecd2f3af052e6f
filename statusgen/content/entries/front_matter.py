"""A Markdown file split into its header fields, read as text, and its body, each with its line.

Front matter is YAML in form only: every scalar is a string, one level of lists and mappings is
allowed below a key, and anchors, aliases and tags are refused.
"""

import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from statusgen.content.entries.body_limits import BodyTooTangled, check_limits
from statusgen.content.entries.yaml_faults import explain
from statusgen.errors import Problem
from statusgen.values.notation import find_control_character, shown
from statusgen.values.value import Value

HEADER_LIMIT = 64 * 1024
_FENCE = re.compile(r"---[ \t]*")
_CONFLICT = re.compile("<<<<<<< |>>>>>>> ")
_SEPARATOR = re.compile("[\u2028\u2029]")
"""What YAML takes for the end of a line, and nobody sees."""
_ESCAPED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""What a backslash between double quotes stands for: `"C:\\temp"` has a tab."""
_COMMENT = re.compile(r"[ \t]+(#.*)")

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # PyYAML without its C parts
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]


class Scalar(Value, frozen=True):
    """A string and the 1-based line it stands on."""

    text: str
    line: int
    lost: str = ""
    """What stands behind it, which YAML takes for a comment: `#1234 in EU`."""


Pairs = tuple[tuple[Scalar, Scalar], ...]


class Header(Value, frozen=True):
    """One key of the front matter: its value is a string, a list of strings, or pairs of them."""

    key: str
    line: int
    value: Scalar | tuple[Scalar, ...] | Pairs


class Document(Value, frozen=True):
    """A file in two parts; of a key that was there twice, `headers` holds the first."""

    headers: dict[str, Header]
    body: str
    body_line: int


class _Wrong(Exception):
    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line, self.what, self.remedy = line, what, remedy

    def problem(self, path: str) -> Problem:
        return Problem(path, self.line, self.what, self.remedy)


def parse_document(raw: bytes, path: str) -> tuple[Document | None, list[Problem]]:
    """The document in `raw`, or None and why not; keys that are there twice come with a document.

    A byte order mark and CRLF are fine.
    """
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Problem(path, line, "not UTF-8 text", "save the file as UTF-8")]
    try:
        document, twice = _split(text)
    except _Wrong as wrong:
        return None, [wrong.problem(path)]
    return document, [wrong.problem(path) for wrong in twice]


def _split(text: str) -> tuple[Document, list[_Wrong]]:
    bad = find_control_character(text)
    if bad is not None:
        line = text.count("\n", 0, bad) + 1
        raise _Wrong(line, f"control character U+{ord(text[bad]):04X}", "remove it")
    lines = text.split("\n")
    conflict = next((n for n, line in enumerate(lines) if _CONFLICT.match(line)), None)
    if conflict is not None:
        remedy = "decide between the two versions, and remove the lines of the other and the marks"
        raise _Wrong(conflict + 1, "a merge conflict is not resolved", remedy)
    opening = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[opening]):
        raise _Wrong(
            opening + 1, "the opening --- is missing", "start the file with a line of three hyphens"
        )
    closing = next(
        (n for n in range(opening + 1, len(lines)) if _FENCE.fullmatch(lines[n])), len(lines)
    )
    header = "\n".join(lines[opening + 1 : closing])
    if separator := _SEPARATOR.search(header):
        line = opening + 2 + header.count("\n", 0, separator.start())
        raise _Wrong(line, f"invisible line separator U+{ord(separator[0]):04X}", "remove it")
    if len(header.encode()) > HEADER_LIMIT:
        raise _Wrong(
            opening + 1, "front matter is over 64 KB", "move the text below the second ---"
        )
    if closing == len(lines):
        raise _Wrong(
            opening + 1, "the closing --- is missing", "end the front matter with three hyphens"
        )
    body = "\n".join(lines[closing + 1 :])
    try:
        check_limits(body)
    except BodyTooTangled as tangled:
        raise _Wrong(closing + 2 + tangled.line, tangled.what, tangled.remedy) from None
    headers, twice = _headers(header, opening + 2)
    return Document(headers, body.strip("\n"), _body_line(lines, closing)), twice


def _body_line(lines: list[str], closing: int) -> int:
    return next((n + 1 for n in range(closing + 1, len(lines)) if lines[n].strip()), closing + 1)


def _headers(text: str, first_line: int) -> tuple[dict[str, Header], list[_Wrong]]:
    try:
        return _Reader(text, first_line).headers()
    except yaml.YAMLError as error:
        lines = text.split("\n")
        place = min(_place_of(error, lines), len(lines) - 1)
        raise _Wrong(first_line + place, *explain(lines[place])) from error


def _place_of(error: yaml.YAMLError, lines: list[str]) -> int:
    """The line that is wrong, from 0: where what can't be read begins, or a tab in its way."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0
    found = error.problem_mark.line if error.problem_mark else 0
    if found < len(lines) and lines[found].lstrip(" ").startswith("\t"):
        return found
    is_begun = error.context_mark and re.search("scanning|flow", error.context or "")
    mark = error.context_mark if is_begun else error.problem_mark or error.context_mark
    return mark.line if mark else 0


class _Reader:
    """Reads one header, whose first line is `first_line` of the file."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._first_line = first_line
        self._lines = text.split("\n")
        self._has_comments = "#" in text

    def headers(self) -> tuple[dict[str, Header], list[_Wrong]]:
        """Keys with their values, and keys that are there twice."""
        events = self._events()
        start = next(events, None)
        if start is None or (isinstance(start, ScalarEvent) and not start.value):
            return {}, []
        if not isinstance(start, MappingStartEvent):
            raise _Wrong(
                self._first_line, "front matter has no keys", "write key: value, one a line"
            )
        headers: dict[str, Header] = {}
        twice: list[_Wrong] = []
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._scalar(event)
            header = Header(key.text, key.line, self._value(next(events), events))
            first = headers.setdefault(key.text, header)
            if first is not header:
                what = f"key {shown(key.text)} is there twice (first on line {first.line})"
                twice.append(_Wrong(key.line, what, "keep one of them"))
        for _ in events:  # to its end, where another document may begin
            pass
        return headers, twice

    def _events(self) -> Iterator[Event]:
        documents = 0
        for event in yaml.parse(self._text, Loader=_Loader):
            line = self._line(event)
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Wrong(line, "a second YAML document begins here", "keep one header")
            if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
                raise _Wrong(
                    line,
                    "YAML anchors and aliases are not allowed",
                    "write the value out, or put it into quotes",
                )
            if getattr(event, "tag", None) and not _is_plain(event):
                raise _Wrong(
                    line,
                    "YAML tags are not allowed",
                    "remove the tag, or put the value into quotes",
                )
            if isinstance(event, NodeEvent | MappingEndEvent | SequenceEndEvent):
                yield event

    def _value(self, event: Event, events: Iterator[Event]) -> Scalar | tuple[Scalar, ...] | Pairs:
        if isinstance(event, SequenceStartEvent):
            return self._list(events)
        if isinstance(event, MappingStartEvent):
            return self._pairs(events)
        return self._scalar(event)

    def _list(self, events: Iterator[Event]) -> tuple[Scalar, ...]:
        items: list[Scalar] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._scalar(event))
        return tuple(items)

    def _pairs(self, events: Iterator[Event]) -> Pairs:
        pairs: list[tuple[Scalar, Scalar]] = []
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            pairs.append((self._scalar(event), self._scalar(next(events))))
        return tuple(pairs)

    def _scalar(self, event: Event) -> Scalar:
        line = self._line(event)
        if not isinstance(event, ScalarEvent):
            raise _Wrong(line, "nested too deeply", "write a plain value here")
        if event.style == '"' and _ESCAPED.search(event.value):
            self._refuse_backslash(event)
        return Scalar(event.value, line, self._behind(event) if self._has_comments else "")

    def _refuse_backslash(self, event: ScalarEvent) -> None:
        """Raise for a value on one line; what is wrong in others is told of what they have become.

        Who writes a path between double quotes doesn't know that it has a tab in it.
        """
        mark = event.start_mark
        line = self._lines[mark.line] if mark else ""
        if mark and line[: mark.column].endswith(": ") and line.rstrip().endswith('"'):
            raise _Wrong(self._line(event), *explain(line))

    def _line(self, event: Event) -> int:
        return self._first_line + (event.start_mark.line if event.start_mark else 0)

    def _behind(self, event: ScalarEvent) -> str:
        """The comment on the line where a value without quotes ends."""
        end = event.end_mark
        if event.style or end is None or end.line >= len(self._lines):  # behind the last of them
            return ""
        found = _COMMENT.match(self._lines[end.line], end.column)
        return found[1] if found else ""


def _is_plain(event: Event) -> bool:
    implicit = getattr(event, "implicit", None)
    return any(implicit) if isinstance(implicit, tuple) else bool(implicit)
