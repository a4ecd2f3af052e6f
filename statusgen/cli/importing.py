"""`subscribers import`: a file of any length into the address book, and its bad rows beside it."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from statusgen.cli.context import Context
from statusgen.cli.output import progress
from statusgen.errors import UsageError, without_addresses
from statusgen.mail.subscribers.subscriber_csv import (
    BadRow,
    KnownNames,
    bad_header,
    bad_line,
    parse_subscribers,
)
from statusgen.values.value import Value
from statusgen.words.repository_files import NotOurs, open_file

if TYPE_CHECKING:
    from statusgen.mail.subscribers.address_book import Imported
    from statusgen.mail.subscribers.subscriber import NewSubscriber

_CHUNK = 1 << 20
_CLEARED_EVERY = 10_000


class Taken(Value, frozen=True):
    """What became of a file."""

    done: "Imported"
    bad: int
    """How many rows were left out because they are bad."""
    bad_file: Path


def import_file(context: Context, file: Path, *, skip_bad: bool) -> Taken:
    """Import all rows in one transaction; the bad ones end it, or go to `people.bad.csv`.

    Raises:
        ContentError: with every bad row by its line, and nothing was done.
        UsageError: there is a file of bad rows already, which may hold what nobody has mended.

    """
    from statusgen.cli.composition import open_state

    settings = context.settings
    known = KnownNames(
        components=tuple(settings.components_by_id),
        severities=settings.severities,
        audiences=sorted(settings.audiences),
        language=settings.page.language,
    )
    bad_file = file.with_suffix(".bad.csv")
    with ExitStack() as stack:
        bad = stack.enter_context(_BadRows(bad_file)) if skip_bad else None
        source = stack.enter_context(_opened(settings.root, file))
        rows = parse_subscribers(source, str(file), known, bad.take if bad else None)
        step = stack.enter_context(progress("Importing", _steps(source)))
        state = stack.enter_context(open_state(settings))
        origin = f"import of {without_addresses(file.name)}"
        whole = _counted(rows, step, bad.settle if bad else lambda: None)
        done = state.address_book.import_rows(whole, origin, context.now)
        if bad is not None:
            bad.keep()
    return Taken(done, bad.number if bad else 0, bad_file)


def _opened(root: Path, file: Path) -> BinaryIO:
    """The file; one of the repository, which others may have put there, is no link.

    Whoever runs the command may name any other file, also by a link.
    """
    as_named = Path(os.path.abspath(file))  # noqa: PTH100  `resolve` would follow links
    try:
        for place in (as_named, as_named.parent.resolve() / as_named.name):
            if place.is_relative_to(root):
                return open_file(root, place.relative_to(root).as_posix())
        if not file.is_file():
            raise UsageError(f"{file} is not a plain file; name the file of the list itself")
        return file.open("rb")
    except NotOurs as bad:
        raise UsageError(f"{file} can't be read: {bad}") from bad


def _steps(source: BinaryIO) -> int:
    """How far the bar goes, by the lines of the file."""
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: source.read(_CHUNK), b""))
    source.seek(0)
    return lines


def _counted(
    rows: "Iterable[NewSubscriber]", step: Callable[..., None], at_end: Callable[[], None]
) -> "Iterator[NewSubscriber]":
    """The rows; `at_end` comes after the last of them, and before they are committed."""
    for number, one in enumerate(rows, 1):
        yield one
        step()
        if number % _CLEARED_EVERY == 0:
            gc.collect(1)  # the command line collects so seldom that a million rows would pile up
    at_end()


class _BadRows:
    """The file of bad rows: made with the first of them, and gone if the import fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._is_kept = False
        self.number = 0

    def __enter__(self) -> Self:
        if self._path.exists():
            raise UsageError(
                f"{self._path} is there already, with bad rows of an earlier import; mend and "
                "import it, or move it away. Nothing was done"
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is None:
            return
        try:
            self._file.close()  # on a full disk it writes in vain
        finally:
            if not self._is_kept:
                self._path.unlink(missing_ok=True)

    def take(self, row: BadRow) -> None:
        """Write a row with its reason."""
        if self._file is None:
            self._file = self._made()
            self._write(bad_header(row))
        self._write(bad_line(row))
        self.number += 1

    def settle(self) -> None:
        """Have what was taken on the disk: the good rows are not to be in without the bad ones."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def keep(self) -> None:
        """Leave the file where it is, once the good rows are in."""
        self._is_kept = True

    def _made(self) -> BinaryIO:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            return os.fdopen(os.open(self._path, flags, 0o600), "wb")
        except OSError as error:
            from statusgen.words.unwritable import unwritten

            raise unwritten(self._path, error) from error

    def _write(self, line: str) -> None:
        assert self._file is not None  # noqa: S101  it was made before
        self._file.write(line.encode("utf-8", "surrogateescape"))
