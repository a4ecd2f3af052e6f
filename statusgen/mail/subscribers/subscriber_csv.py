"""Subscribers in CSV files: every bad row is reported at once, and no address in any report.

A file is read row by row, so that a million of them need little memory.
"""

import csv
import io
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import BinaryIO

from statusgen.config.severity import SUBSCRIBERS, Severity, find_severity
from statusgen.errors import ContentError, Problem, without_addresses
from statusgen.mail.subscribers.csv_rows import Row, read_rows
from statusgen.mail.subscribers.subscriber import DEFAULT_MIN_SEVERITY, NewSubscriber, Subscriber
from statusgen.values.addresses import address_key, parse_address
from statusgen.values.notation import is_language
from statusgen.values.value import Value

COLUMNS = ("email", "components", "min_severity", "language", "audience")
REASON = "reason"
"""The column that a file of bad rows has besides; a mended one is read with it."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_QUOTE = "'"
_BUCKETS = 1 << 15


class KnownNames(Value, frozen=True):
    """What a row may refer to: the page's own components, severities and audiences."""

    components: Collection[str]
    severities: Mapping[str, Severity]
    audiences: Collection[str]
    language: str = "en"
    """For rows that name none."""


class BadRow(Value, frozen=True):
    """A row that can't be used."""

    columns: tuple[str, ...]
    """The file's header, without a column of reasons."""
    fields: tuple[str, ...]
    """As they stand in the file, bytes that aren't UTF-8 escaped; what isn't CSV as one field."""
    problems: tuple[Problem, ...]


def parse_subscribers(
    file: BinaryIO,
    path: str,
    known: KnownNames,
    on_bad: Callable[[BadRow], None] | None = None,
) -> Iterator[NewSubscriber]:
    """Yield the subscribers of a CSV file with a header; `path` is for messages only.

    With `on_bad` each bad row is handed to it and left out. Without, nothing of the file is to
    be used once this has raised, at its end.

    Raises:
        ContentError: with every problem of the rows; or the header is wrong, at once.

    """
    rows = read_rows(file)
    header = next(rows, None)
    if header is None:
        problem = Problem(path, 1, "the file is empty", f"begin with {','.join(COLUMNS)}")
        raise ContentError([problem])
    columns = _checked_header(header, path)
    reader = _RowReader(path, known, columns)
    problems: list[Problem] = []
    for row in rows:
        new = reader.read(row)
        if new is not None:
            yield new
        elif on_bad is not None:
            kept = tuple(one for one in columns if one != REASON)
            on_bad(BadRow(kept, _kept_fields(row, columns), tuple(reader.found)))
        else:
            problems += reader.found
    if problems:
        raise ContentError(problems)


def write_subscribers(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """Yield CSV lines, header first, that parse_subscribers reads back."""
    yield _line(COLUMNS)
    for one in subscribers:
        components = " ".join(one.components)
        cells = (one.address, components, one.min_severity, one.language, one.audience)
        yield _line(map(_harmless, map(str, cells)))


def bad_header(row: BadRow) -> str:
    """Return the header of the file that bad rows are written to."""
    return _line((*row.columns, REASON))


def bad_line(row: BadRow) -> str:
    """Return the row as a CSV line, with what is wrong with it in its last field.

    Its fields are as they were in a file: what has an apostrophe already gets no second one.
    """
    reasons = "; ".join(f"{one.what}; {one.remedy}" for one in row.problems)
    fill = [""] * (len(row.columns) - len(row.fields))
    fields = (_QUOTE + one if one.startswith(_FORMULAS) else one for one in row.fields)
    return _line((*fields, *fill, reasons))


class _RowReader:
    def __init__(self, path: str, known: KnownNames, columns: tuple[str, ...]) -> None:
        self._path = path
        self._known = known
        self._columns = columns
        self._seen = _Seen()
        self._line = 0
        self.found: list[Problem] = []
        """What is wrong with the row read last."""

    def read(self, row: Row) -> NewSubscriber | None:
        """Return the row's subscriber; None when it has problems, which are noted."""
        self._line, self.found = row.line, []
        if row.fault:
            self._note(row.fault, row.remedy)
            return None
        if len(row.fields) > len(self._columns):
            what = f"{len(row.fields)} fields, but the header has {len(self._columns)}"
            self._note(what, "quote fields that hold a comma")
            return None
        fields = dict(zip(self._columns, map(_as_meant, row.fields), strict=False))
        new = NewSubscriber(
            address=self._address(fields.get("email", "")),
            audience=self._audience(fields.get("audience", "")),
            components=self._components(fields.get("components", "")),
            min_severity=self._severity(fields.get("min_severity", "")),
            language=self._language(fields.get("language", "")),
        )
        return None if self.found else new

    def _address(self, text: str) -> str:
        try:
            address = parse_address(text)
        except ValueError as error:
            self._note(str(error), "write it as name@example.com, or remove the row")
            return ""
        first = self._seen.first_line(address_key(address), self._line)
        if first != self._line:
            self._note(f"the address of line {first} again", "keep one of the rows")
        return address

    def _audience(self, text: str) -> str:
        if not text or text in self._known.audiences:
            return text or SUBSCRIBERS
        what = f"unknown audience {text[:80]!r}"
        self._note(what, _one_of("audiences", self._known.audiences))
        return ""

    def _components(self, text: str) -> tuple[str, ...]:
        components = sorted(set(text.split()))
        for component in components:
            if component not in self._known.components:
                what = f"unknown component {component[:80]!r}"
                self._note(what, _one_of("components", self._known.components))
        return tuple(components)

    def _severity(self, text: str) -> str:
        if not text:
            return DEFAULT_MIN_SEVERITY
        severity = find_severity(self._known.severities, text)
        if severity is None:
            what = f"unknown severity {text[:80]!r}"
            self._note(what, _one_of("severities", self._known.severities))
            return ""
        return severity.key

    def _language(self, text: str) -> str:
        if text and not is_language(text):
            self._note("the language is not a language tag", "write one such as en or pt-BR")
        return text or self._known.language

    def _note(self, what: str, remedy: str) -> None:
        self.found.append(Problem(self._path, self._line, without_addresses(what), remedy))


class _Seen:
    """On which line each address stands first: by hashes of 64 bits, 16 bytes or so an address.

    That two of a million addresses share one happens in one file of thirty million.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[array[int], array[int]]] = {}

    def first_line(self, key: str, line: int) -> int:
        """Return the line on which the address was first seen; `line` if it is new."""
        found = hash(key)
        bucket = self._buckets.get(found % _BUCKETS)
        if bucket is None:
            bucket = self._buckets[found % _BUCKETS] = (array("q"), array("I"))
        hashes, lines = bucket
        if found in hashes:
            return lines[hashes.index(found)]
        hashes.append(found)
        lines.append(line)
        return line


def _checked_header(row: Row, path: str) -> tuple[str, ...]:
    if row.fault:
        raise ContentError([Problem(path, row.line, row.fault, row.remedy)])
    columns = tuple(field.strip().lower() for field in row.fields)
    problems = []
    for column in columns:
        if column not in {*COLUMNS, REASON}:
            what = f"unknown column {without_addresses(column[:80])!r}"
            problems.append(Problem(path, row.line, what, _one_of("columns", COLUMNS)))
    if "email" not in columns:
        remedy = f"begin the file with {','.join(COLUMNS)}"
        problems.append(Problem(path, row.line, "the header has no column 'email'", remedy))
    if len(set(columns)) < len(columns):
        problems.append(Problem(path, row.line, "a column comes twice", "keep one of them"))
    if problems:
        raise ContentError(problems)
    return columns


def _harmless(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return _QUOTE + cell if cell.lstrip(_QUOTE).startswith(_FORMULAS) else cell


def _as_meant(cell: str) -> str:
    """Return the cell without what `_harmless` put before it."""
    bare = cell.strip()
    is_kept = bare.startswith(_QUOTE) and bare.lstrip(_QUOTE).startswith(_FORMULAS)
    return bare[1:] if is_kept else bare


def _kept_fields(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The fields but for an old reason."""
    place = columns.index(REASON) if REASON in columns else len(row.fields)
    return (*row.fields[:place], *row.fields[place + 1 :])


def _one_of(kind: str, names: Collection[str]) -> str:
    return f"the {kind} are {', '.join(sorted(names)) or 'none'}"


def _line(fields: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(fields)
    return out.getvalue()
