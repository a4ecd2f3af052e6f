"""A look at the database that makes nothing and changes nothing."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from statusgen.adapters.database.engine import open_database
from statusgen.adapters.database.schema import setting
from statusgen.adapters.disk import room_for
from statusgen.errors import DatabaseError
from statusgen.ports.surroundings import StateFacts


def look_at_state(url: str, folder: Path, secret_key: str) -> StateFacts:
    """Return what can be told of the SQLite database; `secret_key` is the name of that setting.

    Raises:
        DatabaseError: it can't be opened or written, or could not be made.

    """
    name = str(make_url(url).database)
    path = folder / name
    try:
        room = room_for(path.parent)
    except OSError as error:
        raise DatabaseError(
            f"the folder of the database {name} can't be written ({error.strerror}); check its "
            "rights, and what lies in its place"
        ) from error
    if not path.exists():
        return StateFacts(is_there=False, has_secret_key=False, room=room)
    database = open_database(url, folder)
    try:
        query = select(setting.c.value).where(setting.c.name == secret_key)
        with database.writing() as connection:  # proves that we may, and changes nothing
            has_key = connection.execute(query).scalar() is not None
    finally:
        database.close()
    return StateFacts(is_there=True, has_secret_key=has_key, room=room)
