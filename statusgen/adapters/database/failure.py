"""What the database complains about, as sentences with a next step."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from statusgen.errors import DatabaseError

_DAMAGED = "is damaged; restore it from a backup, or move it away to begin with an empty one"

_SQLITE_SENTENCES = {
    "SQLITE_BUSY": "is locked by another program; wait for it to end and run the command again",
    "SQLITE_LOCKED": "is locked by another program; wait for it to end and run the command again",
    "SQLITE_READONLY": "can't be written; check the rights of the file and its folder",
    "SQLITE_PERM": "can't be opened; check the rights of the file and its folder",
    "SQLITE_AUTH": "can't be opened; check the rights of the file and its folder",
    "SQLITE_CANTOPEN": "can't be opened; check that its folder exists and may be written",
    "SQLITE_FULL": "can't grow, the disk is full; make room and run the command again",
    "SQLITE_IOERR": "can't be read or written; check the disk and run the command again",
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
}


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the library's exceptions into ours; `name` is how the user knows the database.

    Raises:
        DatabaseError: the database can't be read or written.

    """
    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(_sentence(name, error)) from error
    except SQLAlchemyError as error:
        raise DatabaseError(
            f"the database {name} can't be used; check state.database in statusgen.toml"
        ) from error


def damaged(name: str) -> DatabaseError:
    """Return the error for a database whose content is not what was written."""
    return DatabaseError(f"the database {name} {_DAMAGED}")


def _sentence(name: str, error: DBAPIError) -> str:
    if not isinstance(error.orig, sqlite3.Error):
        return f"the database {name} did not answer; check that it runs, then try again"
    code = getattr(error.orig, "sqlite_errorname", "") or ""
    for prefix, sentence in _SQLITE_SENTENCES.items():
        if code.startswith(prefix):
            return f"the database {name} {sentence}"
    return f"the database {name} {_DAMAGED}" if _is_missing_table(error) else _other(name, code)


def _is_missing_table(error: DBAPIError) -> bool:
    return "no such table" in str(error.orig)


def _other(name: str, code: str) -> str:
    return f"the database {name} refused ({code or 'no code'}); run the command again"
