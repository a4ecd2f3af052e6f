"""A database as the first version of statusgen wrote it, with a letter in each of its states."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from statusgen.mail.database import engine, migrating, server

DUMP = Path(__file__).parents[1] / "mail/database/migrations/version_1.sql"
"""Made with that version's own code by sqlite3's `.dump`."""


def make_version_1(url: str, folder: Path) -> None:
    """Make it where `url` says: a file from the dump itself, a server's with the same rows."""
    parsed = engine.parse(url)
    if parsed.get_backend_name() == "sqlite":
        make_file(folder / str(parsed.database))
        return
    database = server.make_engine(parsed)
    with database.begin() as connection:
        make_tables(connection)
        rows = [line for line in DUMP.read_text().splitlines() if line.startswith("INSERT")]
        for row in sorted(rows, key=lambda row: "delivery" in row):
            connection.execute(text(row))
        for table, key in (("known_update", "number"), ("subscriber", "id")):
            sequence = f"pg_get_serial_sequence('{table}', '{key}')"
            connection.execute(text(f"SELECT setval({sequence}, 100)"))
    database.dispose()


def make_file(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(DUMP.read_text())


def make_tables(connection: Connection) -> None:
    migrating.run_revisions(connection, migrating.EMPTY, 1)
