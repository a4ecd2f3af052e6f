"""The cache on disk: one SQLite file, thrown away whenever it is foreign, damaged or outdated."""

import logging
import os
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from itertools import repeat
from operator import eq
from pathlib import Path
from typing import Any
from zlib import crc32

logger = logging.getLogger(__name__)

_LAYOUT = """
    CREATE TABLE IF NOT EXISTS shelf (
        name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, checksum INTEGER NOT NULL,
        PRIMARY KEY (name, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS maker (fingerprint TEXT NOT NULL);
"""

_PUT = "REPLACE INTO shelf VALUES (?, ?, ?, ?)"
_DAMAGED = (None, None, None)
IN_MEMORY = Path(":memory:")


class CacheFile:
    """A `Cache` in `path`, valid for one `fingerprint` of everything its values depend on.

    Where no file can be written, it lives in memory; also where the file or its folder is a link,
    which a checkout may hold and which may lead to somebody else's database. Nobody has to close
    it: that happens when it is no longer used.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        is_led_away = any(map(os.path.islink, (path, path.parent)))
        self._path = IN_MEMORY if is_led_away else path
        self._fingerprint = fingerprint
        self._connection = self._open()

    def all(self, shelf: str) -> dict[str, bytes]:
        try:
            rows = self._connection.execute(
                "SELECT key, value, checksum FROM shelf WHERE name = ?", (shelf,)
            ).fetchall()
        except sqlite3.DatabaseError:
            rows = [_DAMAGED]
        if _are_sound(shelf, rows):
            return {key: value for key, value, _ in rows}
        self._start_over()
        return {}

    def get(self, shelf: str, key: str) -> bytes | None:
        try:
            row = self._connection.execute(
                "SELECT key, value, checksum FROM shelf WHERE name = ? AND key = ?", (shelf, key)
            ).fetchone()
        except sqlite3.DatabaseError:
            row = _DAMAGED
        if row is None:
            return None
        if _are_sound(shelf, [row]):
            value: bytes = row[1]
            return value
        self._start_over()
        return None

    def put(self, shelf: str, items: Iterable[tuple[str, bytes]]) -> None:
        rows = [(shelf, key, value, _checksum(shelf, key, value)) for key, value in items]
        try:
            self._connection.executemany(_PUT, rows)
        except sqlite3.DatabaseError:
            self._start_over()
            try:
                self._connection.executemany(_PUT, rows)
            except sqlite3.DatabaseError:  # a new file has no room either
                self._connection = self._prepare(self._connect(IN_MEMORY))
                self._connection.executemany(_PUT, rows)

    def remove(self, shelf: str, keys: Collection[str]) -> None:
        with suppress(sqlite3.DatabaseError):
            self._connection.executemany(
                "DELETE FROM shelf WHERE name = ? AND key = ?", [(shelf, key) for key in keys]
            )

    def save(self) -> None:
        with suppress(sqlite3.DatabaseError):
            self._connection.commit()

    def _open(self) -> sqlite3.Connection:
        try:
            if self._path != IN_MEMORY:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._prepare(self._connect(self._path))
        except (sqlite3.DatabaseError, OSError):
            return self._start_over()

    def _start_over(self) -> sqlite3.Connection:
        """A new file, or memory where there can't be one."""
        logger.info("begun anew: nothing in it can be used")
        with suppress(AttributeError, sqlite3.DatabaseError):
            self._connection.close()
        try:
            self._path.unlink(missing_ok=True)
            Path(f"{self._path}-journal").unlink(missing_ok=True)
            self._connection = self._prepare(self._connect(self._path))
        except (sqlite3.DatabaseError, OSError):
            self._connection = self._prepare(self._connect(IN_MEMORY))
        return self._connection

    def _connect(self, path: Path) -> sqlite3.Connection:
        # A preview serves from other threads than the one that builds; they only read.
        connection = sqlite3.connect(path, timeout=1, check_same_thread=False)
        weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        # Nothing here is worth a wait for the disk: a torn file is thrown away.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -16000")
        connection.executescript(_LAYOUT)
        if connection.execute("SELECT fingerprint FROM maker").fetchone() != (self._fingerprint,):
            connection.executescript("DELETE FROM shelf; DELETE FROM maker;")
            connection.execute("INSERT INTO maker VALUES (?)", (self._fingerprint,))
        return connection


def _checksum(shelf: str, key: str, value: bytes) -> int:
    """Tells a value from one that a torn write or a failing disk left: SQLite believes either."""
    return crc32(value, crc32(key.encode(), crc32(shelf.encode())))


def _are_sound(shelf: str, rows: Sequence[tuple[Any, Any, Any]]) -> bool:
    """Whether each value is the one that was put; ten thousand are looked at without a loop."""
    keys, values, checksums = zip(*rows, strict=True) if rows else ((), (), ())
    try:
        starts = map(crc32, map(str.encode, keys), repeat(crc32(shelf.encode())))
        return all(map(eq, map(crc32, values, starts), checksums))
    except TypeError:  # neither text nor bytes
        return False
