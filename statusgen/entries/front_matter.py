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

from statusgen.entries.body_limits import BodyTooTangled, check_limits
from statusgen.errors import Problem
from statusgen.model.notation import find_control_character, shown
from statusgen.model.value import Value

HEADER_LIMIT = 64 * 1024
_FENCE = re.compile(r"---[ \t]*")

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # PyYAML without its C parts
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]


class Scalar(Value, frozen=True):
    """A string and the 1-based line it stands on."""

    text: str
    line: int


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
    opening = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[opening]):
        raise _Wrong(
            opening + 1, "the opening --- is missing", "start the file with a line of three hyphens"
        )
    closing = next(
        (n for n in range(opening + 1, len(lines)) if _FENCE.fullmatch(lines[n])), len(lines)
    )
    header = "\n".join(lines[opening + 1 : closing])
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
        return _read_mapping(_events(text, first_line), first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (min(mark.line, text.count("\n")) if mark else 0)
        what = error.problem or "it can't be read"
        raise _Wrong(
            line,
            f"front matter is not valid YAML: {what}",
            "write key: value, and put a value with special characters into quotes",
        ) from error
    except yaml.YAMLError as error:
        raise _Wrong(first_line, "front matter is not valid YAML", "write key: value") from error


def _events(text: str, first_line: int) -> Iterator[Event]:
    documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = _line(event, first_line)
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Wrong(line, "a second YAML document begins here", "keep one header")
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise _Wrong(line, "YAML anchors and aliases are not allowed", "write the value out")
        if getattr(event, "tag", None) and not _is_plain(event):
            raise _Wrong(line, "YAML tags are not allowed", "remove the tag")
        if isinstance(event, NodeEvent | MappingEndEvent | SequenceEndEvent):
            yield event


def _is_plain(event: Event) -> bool:
    implicit = getattr(event, "implicit", None)
    return any(implicit) if isinstance(implicit, tuple) else bool(implicit)


def _read_mapping(
    events: Iterator[Event], first_line: int
) -> tuple[dict[str, Header], list[_Wrong]]:
    start = next(events, None)
    if start is None or (isinstance(start, ScalarEvent) and not start.value):
        return {}, []
    if not isinstance(start, MappingStartEvent):
        raise _Wrong(first_line, "front matter has no keys", "write key: value, one a line")
    headers: dict[str, Header] = {}
    twice: list[_Wrong] = []
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        key = _scalar(event, first_line)
        header = Header(key.text, key.line, _read_value(next(events), events, first_line))
        first = headers.setdefault(key.text, header)
        if first is not header:
            what = f"key {shown(key.text)} is there twice (first on line {first.line})"
            twice.append(_Wrong(key.line, what, "keep one of them"))
    for _ in events:  # to its end, where another document may begin
        pass
    return headers, twice


def _read_value(
    event: Event, events: Iterator[Event], first_line: int
) -> Scalar | tuple[Scalar, ...] | Pairs:
    if isinstance(event, SequenceStartEvent):
        return _read_list(events, first_line)
    if isinstance(event, MappingStartEvent):
        return _read_pairs(events, first_line)
    return _scalar(event, first_line)


def _read_list(events: Iterator[Event], first_line: int) -> tuple[Scalar, ...]:
    items: list[Scalar] = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        items.append(_scalar(event, first_line))
    return tuple(items)


def _read_pairs(events: Iterator[Event], first_line: int) -> Pairs:
    pairs: list[tuple[Scalar, Scalar]] = []
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        pairs.append((_scalar(event, first_line), _scalar(next(events), first_line)))
    return tuple(pairs)


def _scalar(event: Event, first_line: int) -> Scalar:
    line = _line(event, first_line)
    if not isinstance(event, ScalarEvent):
        raise _Wrong(line, "nested too deeply", "write a plain value here")
    return Scalar(event.value, line)


def _line(event: Event, first_line: int) -> int:
    return first_line + (event.start_mark.line if event.start_mark else 0)
