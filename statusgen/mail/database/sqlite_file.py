"""The SQLite file: private, on a disk of this machine, whole, and never begun anew by itself."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from statusgen.errors import DatabaseError
from statusgen.mail.database.failure import damaged
from statusgen.mail.database.lock import locked
from statusgen.mail.database.log_file import is_cut_short
from statusgen.mail.database.schema import SCHEMA_VERSION
from statusgen.targets.disk import room_for

WRITING = "statusgen_writing"
"""The execution option of a connection that will write."""

LONG_MS = 600_000
"""How long to wait for somebody else who migrates."""

SMALL_BYTES = 32_000_000
"""A file of this size is looked through at every opening; it holds 100,000 letters and more."""

_BUSY_TIMEOUT_MS = 10_000
_PAGE_SIZE_STARTS, _PAGE_SIZE_ENDS, _LARGEST_PAGE = 16, 18, 65_536
"""Where the header has the size of a page, and what its 1 stands for."""


def make_engine(path: Path, busy_timeout_ms: int = _BUSY_TIMEOUT_MS) -> Engine:
    """Return the engine of a file, with commits that survive a power cut."""
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


@contextmanager
def prepared(path: Path, name: str) -> Iterator[Path | None]:
    """Have a private file at `path`; yields where to make it if it isn't there.

    A new one is made whole under another name, so that an empty file is never a fresh one.

    Raises:
        DatabaseError: it can't be opened or made, or should not be where it is.

    """
    try:
        refuse_shared_disk(path, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            _check_file(path, name)
            yield None
            return
        _refuse_lonely_log(path, name)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            _make_private(fresh)
            yield fresh
            _put_in_place(fresh, path)
        finally:
            for leftover in path.parent.glob(f"{fresh.name}*"):
                leftover.unlink(missing_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"the database {name} can't be opened ({error.strerror}); "
            "check the rights of the file and its folder, and that the disk has room and isn't "
            "read-only"
        ) from error


def refuse_shared_disk(path: Path, name: str) -> None:
    """Refuse a place where locks, or the file itself, aren't this machine's alone.

    Raises:
        DatabaseError: it is on a network file system, or in a folder that others copy.
        OSError: it can't be written there.

    """
    room = room_for(path.parent)
    if room.is_network:
        where = f"on a network file system ({room.file_system})"
    elif room.synchronised_by:
        where = f"in a folder that {room.synchronised_by} copies to other machines"
    else:
        return
    raise DatabaseError(
        f"the database {name} is {where}, where SQLite would be damaged; set state.database to a "
        "path on a disk of this machine, or to a PostgreSQL server"
    )


def check_small(connection: Connection, path: Path, name: str) -> None:
    """Look for damage where that is quick.

    A file that was cut is found out at any size. In one that is big SQLite finds the rest when it
    reads there, and `doctor` looks through the whole of it.

    Raises:
        DatabaseError: the pages don't fit together.

    """
    if path.stat().st_size <= SMALL_BYTES:
        check_pages(connection, name)


def check_pages(connection: Connection, name: str) -> None:
    """Look through the whole file for damage: a second or two for each 100 MB.

    Raises:
        DatabaseError: the pages don't fit together.

    """
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        raise damaged(name)


@contextmanager
def copied(path: Path, version: int) -> Iterator[None]:
    """Keep a copy of the file beside it until the block ends well, with nobody sending from it.

    What the caller's transaction writes is not in the copy. It stays when the process is killed;
    `remove_copies` finds it then.

    Raises:
        Refused: somebody is sending.

    """
    with locked(path.with_name(path.name + ".lock")):
        copy = _copy_of(path, version)
        copy.unlink(missing_ok=True)
        _make_private(copy)
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            yield
        except BaseException:
            copy.unlink(missing_ok=True)  # the transaction is undone: there is nothing to restore
            raise


def remove_copies(path: Path) -> None:
    """Remove the copies of a file that is whole and of our version: addresses are in them."""
    for version in range(1, SCHEMA_VERSION):
        _copy_of(path, version).unlink(missing_ok=True)


def _copy_of(path: Path, version: int) -> Path:
    return path.with_name(f"{path.name}.version-{version}")


def _check_file(path: Path, name: str) -> None:
    if not path.is_file():
        raise DatabaseError(
            f"the database {name} is no file; move away what is there, or set state.database to "
            "another path"
        )
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    if _ends_within_a_page(path):
        raise damaged(name)
    if is_cut_short(path):
        raise DatabaseError(
            f"the log {path.name}-wal of the database {name} is damaged and has lost its last "
            f"changes; restore both files from a backup, or remove {path.name}-shm to go on "
            "without them: the last letters may then go out a second time"
        )


def _ends_within_a_page(path: Path) -> bool:
    """Whether the file was cut where SQLite would fill up its last page with zeros."""
    size = path.stat().st_size
    log = _log_of(path)
    if size and log.exists() and log.stat().st_size:
        return False  # who was stopped while moving the log into the file did that, and it is whole
    with path.open("rb") as file:
        page_size = int.from_bytes(file.read(_PAGE_SIZE_ENDS)[_PAGE_SIZE_STARTS:], "big")
    return size == 0 or size % (page_size if page_size > 1 else _LARGEST_PAGE) != 0


def _put_in_place(fresh: Path, path: Path) -> None:
    """Give the file its name, unless somebody else was quicker: then theirs is the database."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    except OSError:  # a disk without links, such as a memory stick
        fresh.rename(path)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _refuse_lonely_log(path: Path, name: str) -> None:
    log = _log_of(path)
    if log.exists() and log.stat().st_size:
        raise DatabaseError(
            f"the database {name} is gone but its log {log.name} is still there; "
            "restore the file from a backup, or remove the log to begin with an empty one"
        )


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
