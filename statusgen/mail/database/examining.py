"""A look at the database that makes no file and changes no row."""

from pathlib import Path

from sqlalchemy import select

from statusgen.errors import DatabaseError
from statusgen.mail.database import sqlite_file
from statusgen.mail.database.engine import Database, open_database, parse
from statusgen.mail.database.schema import setting
from statusgen.mail.ledger import StateFacts
from statusgen.targets.disk import room_for
from statusgen.targets.storage import Room


def look_at_state(url: str, folder: Path, secret_key: str) -> StateFacts:
    """Return what can be told of the database; `secret_key` is the name of that setting.

    A file is looked through for damage, however big it is. The tables on a server are made or
    brought up to date: nothing less proves that we may.

    Raises:
        DatabaseError: it can't be opened or written, or could not be made.

    """
    parsed = parse(url)
    room = None
    if parsed.get_backend_name() == "sqlite":
        name = str(parsed.database)
        room = _room(folder / name, name)
        if not (folder / name).exists():
            return StateFacts(is_there=False, has_secret_key=False, room=room)
    database = open_database(url, folder)
    try:
        has_key = _has_setting(database, secret_key)
    finally:
        database.close()
    return StateFacts(is_there=True, has_secret_key=has_key, room=room)


def _room(path: Path, name: str) -> Room:
    try:
        sqlite_file.refuse_shared_disk(path, name)
        return room_for(path.parent)
    except OSError as error:
        raise DatabaseError(
            f"the folder of the database {name} can't be written ({error.strerror}); check its "
            "rights, and what lies in its place"
        ) from error


def _has_setting(database: Database, name: str) -> bool:
    query = select(setting.c.value).where(setting.c.name == name)
    with database.writing() as connection:  # proves that we may, and changes nothing
        if database.path is not None:
            sqlite_file.check_pages(connection, database.name)
        return connection.execute(query).scalar() is not None
