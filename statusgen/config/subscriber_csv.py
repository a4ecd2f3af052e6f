"""Subscribers in CSV files: every bad row is reported at once, and no address in any report."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from statusgen.errors import ContentError, Problem
from statusgen.model.notation import is_language
from statusgen.model.severity import SUBSCRIBERS, Severity, find_severity
from statusgen.model.subscriber import (
    DEFAULT_MIN_SEVERITY,
    NewSubscriber,
    Subscriber,
    address_key,
    parse_address,
)
from statusgen.model.value import Value

COLUMNS = ("email", "components", "min_severity", "language", "audience")


class KnownNames(Value, frozen=True):
    """What a row may refer to: the page's own components, severities and audiences."""

    components: Collection[str]
    severities: Mapping[str, Severity]
    audiences: Collection[str]
    language: str = "en"
    """For rows that name none."""


def parse_subscribers(content: bytes, path: str, known: KnownNames) -> tuple[NewSubscriber, ...]:
    """Return the subscribers of a CSV file with a header; `path` is for messages only.

    Raises:
        ContentError: with every problem of the file; nothing of it is to be used then.

    """
    problems: list[Problem] = []
    rows = tuple(_rows(content, path, problems))
    reader = _RowReader(path, known, problems)
    subscribers = tuple(new for line, row in rows if (new := reader.read(line, row)))
    if problems:
        raise ContentError(problems)
    return subscribers


def write_subscribers(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """Yield CSV lines, header first, that parse_subscribers reads back."""
    yield _line(COLUMNS)
    for one in subscribers:
        components = " ".join(one.components)
        yield _line((one.address, components, one.min_severity, one.language, one.audience))


class _RowReader:
    def __init__(self, path: str, known: KnownNames, problems: list[Problem]) -> None:
        self._path = path
        self._known = known
        self._problems = problems
        self._lines_by_key: dict[str, int] = {}

    def read(self, line: int, row: Mapping[str, str]) -> NewSubscriber | None:
        """Return the row's subscriber; None when it has problems, which are noted."""
        before = len(self._problems)
        new = NewSubscriber(
            address=self._address(line, row["email"]),
            audience=self._audience(line, row.get("audience", "")),
            components=self._components(line, row.get("components", "")),
            min_severity=self._severity(line, row.get("min_severity", "")),
            language=self._language(line, row.get("language", "")),
        )
        return new if len(self._problems) == before else None

    def _address(self, line: int, text: str) -> str:
        try:
            address = parse_address(text)
        except ValueError as error:
            self._note(line, str(error), "write it as name@example.com, or remove the row")
            return ""
        first = self._lines_by_key.setdefault(address_key(address), line)
        if first != line:
            self._note(line, f"the address of line {first} again", "keep one of the rows")
        return address

    def _audience(self, line: int, text: str) -> str:
        if not text or text in self._known.audiences:
            return text or SUBSCRIBERS
        what = f"unknown audience {text[:80]!r}"
        self._note(line, what, _one_of("audiences", self._known.audiences))
        return ""

    def _components(self, line: int, text: str) -> tuple[str, ...]:
        components = sorted(set(text.split()))
        for component in components:
            if component not in self._known.components:
                what = f"unknown component {component[:80]!r}"
                self._note(line, what, _one_of("components", self._known.components))
        return tuple(components)

    def _severity(self, line: int, text: str) -> str:
        if not text:
            return DEFAULT_MIN_SEVERITY
        severity = find_severity(self._known.severities, text)
        if severity is None:
            what = f"unknown severity {text[:80]!r}"
            self._note(line, what, _one_of("severities", self._known.severities))
            return ""
        return severity.key

    def _language(self, line: int, text: str) -> str:
        if text and not is_language(text):
            self._note(line, "the language is not a language tag", "write one such as en or pt-BR")
        return text or self._known.language

    def _note(self, line: int, what: str, remedy: str) -> None:
        self._problems.append(Problem(self._path, line, _without_addresses(what), remedy))


def _rows(
    content: bytes, path: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, fields by column) of the rows whose shape is right; note the others."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path, line, "the bytes aren't UTF-8", "save the file as UTF-8"))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: tuple[str, ...] | None = None
    start = 1
    try:
        for fields in reader:
            line, start = start, reader.line_num + 1
            if not any(field.strip() for field in fields):
                continue
            if columns is None:
                columns = _header(fields, path, line, problems)
                if not columns:
                    return
            elif len(fields) > len(columns):
                what = f"{len(fields)} fields, but the header has {len(columns)}"
                problems.append(Problem(path, line, what, "quote fields that hold a comma"))
            else:
                padded = [*fields, *[""] * (len(columns) - len(fields))]
                yield line, dict(zip(columns, map(str.strip, padded), strict=True))
    except csv.Error as error:
        problems.append(Problem(path, start, f"not CSV: {error}", "check the quotes"))
        return
    if columns is None:
        problems.append(Problem(path, 1, "the file is empty", f"begin with {','.join(COLUMNS)}"))


def _header(fields: list[str], path: str, line: int, problems: list[Problem]) -> tuple[str, ...]:
    columns = tuple(field.strip().lower() for field in fields)
    before = len(problems)
    for column in columns:
        if column not in COLUMNS:
            what = f"unknown column {_without_addresses(column[:80])!r}"
            problems.append(Problem(path, line, what, _one_of("columns", COLUMNS)))
    if "email" not in columns:
        remedy = f"begin the file with {','.join(COLUMNS)}"
        problems.append(Problem(path, line, "the header has no column 'email'", remedy))
    if len(set(columns)) < len(columns):
        problems.append(Problem(path, line, "a column comes twice", "keep one of them"))
    return columns if len(problems) == before else ()


def _one_of(kind: str, names: Collection[str]) -> str:
    return f"the {kind} are {', '.join(sorted(names)) or 'none'}"


def _without_addresses(text: str) -> str:
    """Hide what looks like an address, which a slipped column puts anywhere."""
    return re.sub(r"\S+@\S*|@\S+", "…", text)


def _line(fields: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(fields)
    return out.getvalue()
