"""What the database complains about, as sentences with a next step."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from statusgen.errors import DatabaseError

_UNDONE = ("40001", "40P01")
"""A transaction that was undone, because others wanted the same rows in another order."""

_DAMAGED = "is damaged; restore it from a backup, or move it away to begin with an empty one"
_AGAIN = "run the command again"
_FULL = f"can't grow, the disk is full; make room and {_AGAIN}"
_NOT_OURS = (
    "doesn't hold statusgen's tables; give statusgen a database of its own, or restore it from a "
    "backup"
)

_SQLITE_SENTENCES = {
    "SQLITE_BUSY": "is locked by another program; wait for it to end and run the command again",
    "SQLITE_LOCKED": "is locked by another program; wait for it to end and run the command again",
    "SQLITE_READONLY": "can't be written; check the rights of the file and its folder, and that "
    "the disk is not read-only",
    "SQLITE_PERM": "can't be opened; check the rights of the file and its folder",
    "SQLITE_AUTH": "can't be opened; check the rights of the file and its folder",
    "SQLITE_CANTOPEN": "can't be opened; check that its folder exists and may be written",
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_SHMSIZE": _FULL,  # the index of the log
    "SQLITE_IOERR": "can't be read or written; check the disk and run the command again",
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
}

_NO_ANSWER = "did not answer; check that it runs and can be reached, then run the command again"

_SERVER_SENTENCES = {
    # by SQLSTATE or the class that it begins with, the longer first:
    # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "25006": "can't be written: the server only reads; name the primary server in state.database",
    "25P03": f"gave up on this command, which had paused for too long; {_AGAIN}",
    "40": f"was used by two at once in different order, and nothing was changed; {_AGAIN}",
    "42501": "refuses this user; grant it the rights on the tables, and CREATE on the schema",
    "3F000": "has no schema to make tables in; make one that is in the user's search_path",
    "42P07": "holds tables of something else by the same names; give statusgen a database of its "
    "own",
    "42P01": _NOT_OURS,
    "42703": _NOT_OURS,
    "53100": f"can't grow, the server's disk is full; make room there and {_AGAIN}",
    "53300": "has no connection left; raise the server's max_connections, or run fewer senders",
    "53": f"is short of memory or disk; see to the server and {_AGAIN}",
    "55P03": "is locked by another program; wait for it to end and run the command again",
    "57014": f"took too long and was stopped; see what the server is busy with, and {_AGAIN}",
    "57": f"was shut down or is starting; wait for the server and {_AGAIN}",
    "58": f"can't be read or written; check the server's disk and {_AGAIN}",
    "XX": "is damaged; see the server's log, and restore it from a backup",
    "08S01": _NO_ANSWER,
    "08": f"lost the connection; check the server and the network, and {_AGAIN}",
}

_ENTRY_SENTENCES = (
    # What a server or libpq says to who comes in has no SQLSTATE here, only words.
    (
        r"password|authentication|pg_hba",
        (
            "refused the user or the password; check the user in state.database, and PGPASSWORD "
            "or the pgpass file"
        ),
    ),
    (r"role .* does not exist", "has no such user; make it, or correct state.database"),
    (r"database .* does not exist", "does not exist; make it with createdb"),
    (r"permission denied", "refuses this user; grant it CONNECT on the database"),
    (
        r"too many|connection slots|connection limit",
        "has no connection left; raise the server's max_connections, or run fewer senders",
    ),
    (
        r"starting up|shutting down|recovery mode",
        f"is starting or stopping; wait for the server and {_AGAIN}",
    ),
    (r"could not translate|resolve|Name or service", "has a host that is not known; correct it"),
    (r"definition of service|service file", "names a service that no service file defines"),
    (r"SSL|certificate", "can't be reached over TLS; check sslmode and the certificates"),
)


class Collision(DatabaseError):
    """Two transactions were in each other's way; this one is undone and may be tried again."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the library's exceptions into ours; `name` is how the user knows the database.

    Raises:
        DatabaseError: the database can't be read or written.

    """
    try:
        yield
    except DBAPIError as error:
        is_undone = getattr(error.orig, "sqlstate", None) in _UNDONE
        kind = Collision if is_undone else DatabaseError
        raise kind(f"the database {name} {_sentence(error)}") from error
    except sqlite3.Error as error:
        raise DatabaseError(f"the database {name} {_file_sentence(error)}") from error
    except ValueError as error:  # text or an instant that isn't one any more
        raise damaged(name) from error
    except NoConnectionInTime as error:
        raise DatabaseError(f"the database {name} {_NO_ANSWER}") from error
    except SQLAlchemyError as error:
        raise DatabaseError(
            f"the database {name} can't be used; check state.database in statusgen.toml"
        ) from error


def damaged(name: str) -> DatabaseError:
    """Return the error for a database whose content is not what was written."""
    return DatabaseError(f"the database {name} {_DAMAGED}")


def _sentence(error: DBAPIError) -> str:
    if isinstance(error.orig, sqlite3.Error):
        return _file_sentence(error.orig)
    code = getattr(error.orig, "sqlstate", None) or ""
    for prefix, sentence in _SERVER_SENTENCES.items():
        if code.startswith(prefix):
            return sentence
    if error.connection_invalidated:
        return _SERVER_SENTENCES["08"]
    return f"refused ({code}); {_AGAIN}" if code else _entry_sentence(str(error.orig))


def _file_sentence(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorname", "") or ""
    for prefix, sentence in _SQLITE_SENTENCES.items():
        if code.startswith(prefix):
            return sentence
    # Without a code it is Python that could not make text of what it got.
    is_damaged = not code or "no such table" in str(error)
    return _DAMAGED if is_damaged else f"refused ({code}); {_AGAIN}"


def _entry_sentence(words: str) -> str:
    return next((told for said, told in _ENTRY_SENTENCES if re.search(said, words)), _NO_ANSWER)
