"""Opening the database: private files, durable commits, a known schema, no silent fresh start."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from statusgen.adapters.database import schema
from statusgen.adapters.database.failure import damaged, translated
from statusgen.errors import DatabaseError
from statusgen.model.value import Value

_BUSY_TIMEOUT_MS = 10_000
_VERSION = "schema_version"
_WRITING = "statusgen_writing"


class Database(Value, frozen=True):
    """An open database with its schema in place."""

    engine: Engine
    name: str
    """How the user knows it: without passwords."""
    path: Path | None
    """The SQLite file; None for a server."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state.

        Raises:
            DatabaseError: the database can't be read.

        """
        with translated(self.name), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable together, or not made at all.

        Raises:
            DatabaseError: the database can't be written.

        """
        writing = self.engine.execution_options(**{_WRITING: True})
        with translated(self.name), writing.begin() as connection:
            yield connection

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


def open_database(url: str, folder: Path) -> Database:
    """Open the database of `state.database`, making it if it isn't there.

    A SQLite path is relative to `folder`.

    Raises:
        DatabaseError: it can't be opened, is damaged or was made by a newer statusgen.

    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, folder)
    database = Database(_engine(parsed), parsed.render_as_string(hide_password=True), None)
    with database.writing() as connection:
        _make_schema(connection)
    _check_version(database)
    return database


def _parse(url: str) -> URL:
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


def _engine(url: URL) -> Engine:
    return create_engine(url, hide_parameters=True)


def _open_sqlite(url: URL, folder: Path) -> Database:
    name = str(url.database)
    path = folder / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_file(path, name)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise DatabaseError(
            f"the database {name} can't be opened ({error.strerror}); "
            "check the rights of the file and its folder, and the room on the disk"
        ) from error
    if path.stat().st_size == 0:
        raise damaged(name)
    database = Database(_sqlite_engine(path), name, path)
    _check_pages(database)
    _check_version(database)
    return database


def _make_file(path: Path, name: str) -> None:
    """Make the file whole under another name first, so that an empty file is never a fresh one."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise DatabaseError(
            f"the database {name} is gone but its log {log.name} is still there; "
            "restore the file from a backup, or remove the log to begin with an empty one"
        )
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        database = Database(_sqlite_engine(fresh), name, fresh)
        with database.writing() as connection:
            _make_schema(connection)
        database.close()  # the last connection moves the log into the file
        fresh.rename(path)
    finally:
        for leftover in path.parent.glob(f"{fresh.name}*"):
            leftover.unlink(missing_ok=True)


def _sqlite_engine(path: Path) -> Engine:
    engine = _engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


def _make_schema(connection: Connection) -> None:
    schema.metadata.create_all(connection)
    if _stored_version(connection) is None:
        row = {"name": _VERSION, "value": str(schema.SCHEMA_VERSION)}
        connection.execute(insert(schema.setting), row)


def _check_pages(database: Database) -> None:
    with database.reading() as connection:
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if verdict != "ok":
        raise damaged(database.name)


def _check_version(database: Database) -> None:
    with database.reading() as connection:
        version = _stored_version(connection)
    if version is None or not version.isdigit():
        raise damaged(database.name)
    if int(version) > schema.SCHEMA_VERSION:
        raise DatabaseError(
            f"the database {database.name} was written by a newer statusgen; "
            "upgrade statusgen on this machine"
        )


def _stored_version(connection: Connection) -> str | None:
    query = select(schema.setting.c.value).where(schema.setting.c.name == _VERSION)
    return connection.execute(query).scalar()
