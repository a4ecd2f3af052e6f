"""Opening the database: durable commits, a known schema, no silent fresh start."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from statusgen.errors import DatabaseError
from statusgen.mail.database import migrating, server, sqlite_file
from statusgen.mail.database.failure import Collision, damaged, translated
from statusgen.values.value import Value, replace

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MAX_TRIES = 5


class Database(Value, frozen=True):
    """An open database with its schema in place."""

    engine: Engine
    name: str
    """How the user knows it: without passwords."""
    path: Path | None
    """The SQLite file; None for a server."""
    clock_ahead: timedelta = timedelta()
    """By how much the server's clock is ahead of this machine's; nothing for a file."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state, and can't change it on a server.

        Raises:
            DatabaseError: the database can't be read.

        """
        with translated(self.name), self._reader().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable together, or not made at all.

        Raises:
            DatabaseError: the database can't be written.

        """
        writing = self.engine.execution_options(**{sqlite_file.WRITING: True})
        with translated(self.name), writing.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction, anew when it was undone in favour of another.

        Raises:
            DatabaseError: the database can't be written.

        """
        for _ in range(_MAX_TRIES - 1):
            with suppress(Collision), self.writing() as connection:
                return work(connection)
        with self.writing() as connection:
            return work(connection)

    def _reader(self) -> Engine:
        return self.engine if self.path else server.reader(self.engine)

    def forget_old_pages(self) -> None:
        """Empty the write-ahead log, where text that was erased would live on."""
        if self.path is not None:
            with self.reading() as connection:
                connection.exec_driver_sql("COMMIT")  # a checkpoint can't run in a transaction
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def open_database(
    url: str, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Database:
    """Open the database of `state.database`, making or migrating it where needed.

    A SQLite path is relative to `folder`. `clock` is this machine's: a server's may differ.

    Raises:
        DatabaseError: it can't be opened, is damaged or was made by a newer statusgen.
        Refused: it has to be migrated, and an older statusgen is sending from it.

    """
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_server(parsed, clock)
    name = str(parsed.database)
    path = folder / name
    with sqlite_file.prepared(path, name) as fresh:
        if fresh is not None:
            _make(Database(sqlite_file.make_engine(fresh), name, fresh))
    return _open_file(path, name)


def parse(url: str) -> URL:
    """Return the URL in parts.

    Raises:
        DatabaseError: it names no database that can be used here.

    """
    try:
        parsed = make_url(url)
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:
        raise DatabaseError(
            "state.database names no database that is known here; use sqlite:///PATH, "
            "or install statusgen[postgresql]"
        ) from error
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise DatabaseError("state.database names no file; use sqlite:///.statusgen/state.db")
    return parsed


def _open_file(path: Path, name: str) -> Database:
    logger.info("%s", name)
    database = Database(sqlite_file.make_engine(path), name, path)
    try:
        with database.reading() as connection:
            sqlite_file.check_small(connection, path, name)
            is_current = migrating.is_current(connection, name)
        if not is_current:
            _migrate_file(path, name)
        sqlite_file.remove_copies(path)
    except BaseException:
        database.close()
        raise
    return database


def _migrate_file(path: Path, name: str) -> None:
    """Migrate; who comes second waits for the first, and finds it done."""
    patient = Database(sqlite_file.make_engine(path, sqlite_file.LONG_MS), name, path)
    try:
        with patient.writing() as connection:
            version = migrating.version_of(connection, name)
            if version == migrating.EMPTY:
                raise damaged(name)
            if not migrating.is_current(connection, name):
                with sqlite_file.copied(path, version):
                    migrating.migrate(connection, version, name)
    finally:
        patient.close()


def _open_server(url: URL, clock: Callable[[], datetime]) -> Database:
    database = Database(server.make_engine(url), server.name_of(url), None)
    logger.info("%s", database.name)
    try:
        with database.reading() as connection:
            clock_ahead = server.clock_ahead(connection, clock)
            is_current = migrating.is_current(connection, database.name)
        if not is_current:
            _migrate_server(database)
    except BaseException:
        database.close()
        raise
    return replace(database, clock_ahead=clock_ahead)


def _migrate_server(database: Database) -> None:
    with database.writing() as connection:
        migrating.lock_schema(connection)
        version = migrating.version_of(connection, database.name)
        if version == migrating.EMPTY:
            migrating.make_schema(connection)
        elif not migrating.is_current(connection, database.name):
            migrating.migrate(connection, version, database.name)


def _make(database: Database) -> None:
    with database.writing() as connection:
        migrating.make_schema(connection)
    database.close()  # the last connection moves the log into the file
